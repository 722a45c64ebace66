# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The libraries that the core needs, looked for once and reported in one way."""

from __future__ import annotations

import importlib
import re
import traceback
from typing import NamedTuple

#: Oldest versions that the tests run with.
MINIMUM = {"requests": (2, 25), "cryptography": (40, 0)}


class MissingLibrary(NamedTuple):
    """A library that is absent, broken or too old."""

    requirement: str  # as pip takes it, such as "cryptography >= 40.0"
    traceback: str | None  # of the failed import; None when it is only too old


def missing_library() -> MissingLibrary | None:
    """Return the first library that is not there in a version that will do, if any."""
    for name, minimum in MINIMUM.items():
        requirement = f"{name} >= {'.'.join(map(str, minimum))}"
        try:
            module = importlib.import_module(name)
        except Exception:  # a broken installation raises more than ImportError
            return MissingLibrary(requirement, traceback.format_exc())
        if tuple(int(part) for part in re.findall(r"\d+", module.__version__)[:2]) < minimum:
            return MissingLibrary(requirement, None)
    return None
