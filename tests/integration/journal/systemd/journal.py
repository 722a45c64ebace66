# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what modules log to the file that C(JOURNAL_FILE) names."""

from __future__ import annotations

import os
from typing import Any


def sendv(*_fields: Any) -> None:
    """Not called: Ansible looks whether it is there."""


def send(**fields: Any) -> None:
    """Log one entry."""
    with open(os.environ["JOURNAL_FILE"], "a", encoding="utf-8") as file:
        file.write(f"{fields}\n")
