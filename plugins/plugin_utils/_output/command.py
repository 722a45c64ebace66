# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands to copy.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import shlex

from ansible import context


def collection_command() -> str:
    """Return the command that runs a playbook of this collection on the inventory of this run, up to its name."""
    sources = [f"-i {shlex.quote(one)}" for one in context.CLIARGS.get("inventory") or ()]
    return " ".join(["ansible-playbook", *sources, "redis_enterprise.certificates"])


def limit_of_run() -> str | None:
    """Return the hosts that this run is limited to, as C(--limit) has them."""
    subset: str | None = context.CLIARGS.get("subset")
    return subset


def limited(hosts: str | None) -> str:
    """Return the option for these hosts, with what sets it off; nothing where there is no limit."""
    return f" --limit {shlex.quote(hosts)}" if hosts else ""
