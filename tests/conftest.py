# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable as `ansible_collections...`, and the simulator as `simulator`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
NAME = "ansible_collections/redis_enterprise/certificates"


def layout() -> Path:
    """Return a folder in which NAME is this checkout: the one of tools/with, or a new one."""
    made = ROOT / ".venv/layout"
    if (made / NAME).exists() and (made / NAME).samefile(ROOT):
        return made
    new = Path(tempfile.mkdtemp(prefix="redis_enterprise-"))
    (new / NAME).parent.mkdir(parents=True)
    (new / NAME).symlink_to(ROOT)
    return new


# The time that an example takes depends on the machine, and says nothing here.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

sys.path[:0] = [str(layout()), str(ROOT / "tests")]
