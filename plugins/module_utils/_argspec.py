# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The argument specs that modules share. Documented by the fragments C(connection) and C(changes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ValidationResult
from ansible.module_utils.errors import UnsupportedError

#: For AnsibleModule. No fallbacks and no defaults here: combining what is given with the environment needs to know
#: which of the two an option came from (see M(connection)).
CONNECTION_SPEC: dict[str, dict[str, Any]] = {
    "url": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "token": {"type": "str", "no_log": True},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path", "aliases": ["ca_cert"]},
    "allow_http": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 30},
    "write_timeout": {"type": "float", "default": 900},
    "retries": {"type": "int", "default": 5},
    "retry_delay": {"type": "float", "default": 0.5},
    "retry_max_delay": {"type": "float", "default": 30},
    "node_address": {"type": "str", "choices": ["internal", "external", "both"], "default": "internal"},
    "metrics_port": {"type": "int", "default": 8070},
}

#: Relations between the shared options, for AnsibleModule.
CONNECTION_EXCLUSIVE = [["token", "username"], ["token", "password"]]

#: What a certificate is made of.
MATERIAL_SPEC: dict[str, dict[str, Any]] = {
    "certificate": {"type": "str"},
    "certificate_path": {"type": "path"},
    "private_key": {"type": "str", "no_log": True},
    "private_key_path": {"type": "path", "no_log": False},
    "pkcs12_path": {"type": "path"},
    "pkcs12_friendly_name": {"type": "str"},
    "private_key_passphrase": {"type": "str", "no_log": True},
    "issuers": {"type": "str"},
    "issuers_path": {"type": "path"},
}
MATERIAL_EXCLUSIVE = [
    ["certificate", "certificate_path", "pkcs12_path"],
    ["private_key", "private_key_path", "pkcs12_path"],
    ["issuers", "issuers_path"],
]

#: For AnsibleModule: how changes are checked, made and proven. Documented by the fragment C(changes).
CHANGE_SPEC: dict[str, dict[str, Any]] = {
    "force": {"type": "bool", "default": False},
    "requirements": {"type": "str", "choices": ["enforce", "warn", "ignore"], "default": "enforce"},
    "verify": {"type": "str", "choices": ["auto", "strict", "none"], "default": "auto"},
    "verify_timeout": {"type": "float", "default": 300},
    "verify_unchanged": {"type": "bool", "default": False},
    "rollback": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 300},
    "allow_inactive_nodes": {"type": "bool", "default": False},
    "replication_follows": {"type": "bool", "default": False},
}

#: For AnsibleModule: what is wanted of one certificate.
CERTIFICATE_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **MATERIAL_SPEC,
    "compare": {"type": "str", "choices": ["chain", "leaf"], "default": "chain"},
}


def _unchecked(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return an option that Ansible takes as it comes: what is wrong with one cluster must not stop the others."""
    kept = {key: value for key, value in spec.items() if key not in ("choices", "default", "required")}
    return kept if spec["type"] in ("str", "path") else {**kept, "type": "raw"}


#: For AnsibleModule: the options of one cluster.
MEMBER_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    **{option: _unchecked(spec) for option, spec in CONNECTION_SPEC.items()},
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": {option: _unchecked(spec) for option, spec in CERTIFICATE_SPEC.items()},
    },
}


def refusals(validation: ValidationResult) -> list[str]:
    """Return why Ansible's validation refuses options, each reason once. Of unknown ones, it says the names alone."""
    said = (
        f"unsupported: {error.msg}" if isinstance(error, UnsupportedError) else error.msg
        for error in validation.errors.errors
    )
    return list(dict.fromkeys(said))
