# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a copy of every file that a Python process removes, renames or replaces, in the folder GRAVEYARD.

So that a test finds what was on disk for a moment only.
"""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from typing import Any


def _bury(event: str, arguments: tuple[Any, ...]) -> None:
    paths = []
    if event in ("os.remove", "os.rename"):
        paths = list(arguments[: 2 if event == "os.rename" else 1])  # what a rename replaces, too
    elif event == "shutil.rmtree":
        paths = [os.path.join(folder, name) for folder, _folders, names in os.walk(arguments[0]) for name in names]
    for path in paths:
        if os.path.isfile(path):
            shutil.copyfile(path, os.path.join(os.environ["GRAVEYARD"], uuid.uuid4().hex))


sys.addaudithook(_bury)
