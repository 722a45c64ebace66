# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that the roles of this collection declare.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_ROLES = Path(__file__).resolve().parents[2] / "roles"


@functools.cache
def role_spec(role: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the variables of all entry points of a role, as an argument spec."""
    declared = yaml.safe_load((_ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return {
        name: option
        for entry_point in declared["argument_specs"].values()
        for name, option in entry_point["options"].items()
    }
