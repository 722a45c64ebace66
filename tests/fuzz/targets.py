# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of inputs."""

from __future__ import annotations

from pathlib import Path

from . import answers, backups, material, metrics
from .corpus import Corpus
from .engine import Target


def core_targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return those that run where modules do.

    Args:
        folder: for the files that they need.
    """
    return [target for kind in (answers, material, metrics, backups) for target in kind.targets(corpus, folder)]


def controller_targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return those that run in the controller alone."""
    from . import pairs, reports, state_files

    return [target for kind in (pairs, reports, state_files) for target in kind.targets(corpus, folder)]


def all_targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return all of them, in an order that does not change."""
    return [*core_targets(corpus, folder), *controller_targets(corpus, folder)]
