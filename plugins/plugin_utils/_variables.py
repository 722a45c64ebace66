# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that stand for options of modules, in messages to users of roles.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import re

#: Options that no sentence has as a word of its own.
_CONNECTION = (
    "ca_path|client_cert|client_key|validate_certs|allow_http|node_address|metrics_port|write_timeout|retry_delay"
    "|retry_max_delay"
)
#: Options that are words too, where a sentence means the option.
_MEANT = (
    r"(?<=\bin )url\b|(?<=\bCheck )url\b|username(?= and password\b)|(?<=\busername and )password\b"
    r"|(?<=\band password, )token\b"
)
_CHANGE = "force|requirements|verify|verify_timeout|verify_unchanged|rollback|wait_timeout|allow_inactive_nodes"

#: Options of M(cluster_certificate_backup), and their variables.
_BACKUP = {"path": "rotation_backup", "vault_id": "rotation_backup_vault_id"}

_NAMED = re.compile(
    rf"\boption (?P<option>{_CONNECTION}|url|username|password|token|{'|'.join(_BACKUP)})(?=: )"
    rf"|(?P<connection>(?<![\w./-])(?:{_CONNECTION})\b|{_MEANT})|(?P<change>(?<![\w./-])(?:{_CHANGE})(?==))"
)


def name_variables(message: str) -> str:
    """Return a message of a module with the variables of the roles in the place of its options."""

    def named(found: re.Match[str]) -> str:
        if found["change"]:
            return f"rotation_{found['change']}"
        name = found["option"] or found["connection"]
        return _BACKUP.get(name, f"redis_enterprise_{name}")

    return _NAMED.sub(named, message)
