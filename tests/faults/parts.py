# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the matrix: operations that meet the same faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import catalogue, catalogue_forced_update, catalogue_replica_of, catalogue_rotation
from .operations import CERTIFICATE_WRITES, FORCED_UPDATES, REPINNINGS, ROTATIONS, Operation
from .rows import Row


@dataclass(frozen=True)
class Part:
    """One part.

    :ivar sections: rows, by title.
    """

    title: str
    operations: tuple[Operation, ...]
    sections: Mapping[str, list[Row]]


PARTS = (
    Part("Certificates", CERTIFICATE_WRITES, catalogue.SECTIONS),
    Part("Internal rotation", ROTATIONS, catalogue_rotation.SECTIONS),
    Part("Active-Active databases", FORCED_UPDATES, catalogue_forced_update.SECTIONS),
    Part("Replica Of databases", REPINNINGS, catalogue_replica_of.SECTIONS),
)
