# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths in variables.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os


def placed(path: str) -> str:
    """Resolve a path from the working directory of C(ansible-playbook); modules and lookups start elsewhere."""
    return os.path.realpath(os.path.expanduser(path))
