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
    """Libraries that are absent, broken or too old."""

    requirement: str  # such as "requests >= 2.25, cryptography >= 40.0 (found 3.4.8)"
    traceback: str | None  # of the first failed import; None when they are only too old


def missing_library() -> MissingLibrary | None:
    """Return all libraries that are not there in a version that will do, if any."""
    missing, failed = [], None
    for name, minimum in MINIMUM.items():
        requirement = f"{name} >= {'.'.join(map(str, minimum))}"
        try:
            version = importlib.import_module(name).__version__
        except Exception:  # a broken installation raises more than ImportError
            missing.append(requirement)
            failed = failed or traceback.format_exc()
            continue
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < minimum:
            missing.append(f"{requirement} (found {version})")
    return MissingLibrary(", ".join(missing), failed) if missing else None
