# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths in variables, and where what they name is made.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os


def placed(path: str) -> str:
    """Resolve a path from the working directory of C(ansible-playbook); modules and lookups start elsewhere."""
    return os.path.realpath(os.path.expanduser(path))


def nearest_existing(path: str) -> str:
    """Return an absolute path itself or, if there is nothing, the nearest one above it: there it would be made."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path
