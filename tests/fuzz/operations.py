# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that read a cluster, each with options that lead it to all of its requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CERTIFICATE_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import Opened
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet import read_cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate_backup,
    cluster_certificate_info,
    cluster_certificates,
    contract_info,
    internal_certificate_rotation,
    replication_certificates,
    served_certificate_info,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret

#: Of the options that are the same for all: nothing is waited for.
_AT_ONCE = {"retries": 0, "timeout": 1, "write_timeout": 1, "wait_timeout": 0, "verify_timeout": 0}


class Options(NamedTuple):
    """How a cluster is reached."""

    url: str
    username: str
    password: str
    ca_path: str
    metrics_port: int = 8070


class NoFile:
    """A vault that has encrypted nothing yet, and whose file is not written."""

    vault_id = "default"
    loaded: list[str] = ["default"]  # noqa: RUF012 - as the protocol has it

    def encrypt(self, content: Secret) -> bytes:
        return str(len(content.reveal())).encode()

    def decrypt(self, encrypted: bytes) -> Opened | None:
        return None


class Named(NamedTuple):
    """An operation, and what it is given besides the connection."""

    name: str
    operation: Operation
    given: Mapping[str, Any] = {}
    written: bool = False  # whether it goes on to write, where that is not check mode


_REPLICAS = {"source_hosts": ["192.0.2.9"], "force": True, "resynchronise": True}

OPERATIONS: Sequence[Named] = (
    Named("info", cluster_certificate_info.OPERATION, {"expires_within": 30}),
    Named("audit", read_cluster.READ),
    Named("served", served_certificate_info.OPERATION, {"discover": True}),
    Named("contract", contract_info.OPERATION),
    Named("backup", cluster_certificate_backup.with_vault(lambda _vault_id: NoFile()), {"names": ["proxy", "cm"]}),
    Named("change", cluster_certificates.OPERATION, {"purge_optional": True}, written=True),
    Named("rotation", internal_certificate_rotation.OPERATION, {"force": True}, written=True),
    Named("replication", replication_certificates.OPERATION, _REPLICAS, written=True),
)


def outcome(
    named: Named, options: Options, chain: str, key: str, *, check_mode: bool
) -> tuple[dict[str, Any], list[str]]:
    """Run an operation; return its result and its warnings, as they are before anything is masked."""
    operation = named.operation
    params = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    material = {name: spec.get("default") for name, spec in CERTIFICATE_SPEC.items()}
    wanted = {**material, "name": "proxy", "certificate": chain, "private_key": key}
    own: dict[str, Any] = {
        "certificates": [wanted, {**material, "name": "ldap_client", "state": "absent"}],
        "source_certificate": chain,
        "path": str(Path(options.ca_path).parent / "backup.yml"),
    }
    params.update({name: value for name, value in own.items() if name in params})
    params.update({name: value for name, value in _AT_ONCE.items() if name in params})
    task = Context({**params, **options._asdict(), **named.given}, check_mode)
    return operation.outcome(task), task.warnings
