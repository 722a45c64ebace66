# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says that there is a journal."""

from __future__ import annotations


def booted() -> bool:
    """Return whether systemd runs here."""
    return True
