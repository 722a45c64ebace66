# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated clusters that have something for every check to look at, and the checks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import contract_info
from simulator import Authority, Cluster, ReplicaSource
from simulator import api as simulated
from simulator.api import Call
from simulator.authority import Form, pem_of
from simulator.keys import leaf_key
from simulator.releases import Release
from simulator.state import own_name
from simulator.web import Answer, json_answer

FQDN = "cluster.example.com"
#: Oldest first: 8.0 old, before most of what it later got, and new.
VERSIONS = ("7.4.6-280", "7.8.6-303", "7.22.2-179", "8.0.6-54", "8.0.20-96", "8.2.0-46")
NEWEST_OF_8_0 = "8.0.20-96"
OWN = (3, 4)  # uids of the databases with their own certificate
CONFIRMED: dict[str, Any] = {"writes": True, "writes_confirmed": FQDN}

Checked = Mapping[str, Mapping[str, Any]]

_OCSP = {
    "ocsp_functionality": False,
    "query_frequency": 3600,
    "response_timeout": 1,
    "recovery_frequency": 60,
    "recovery_max_tries": 5,
    "responder_url": "",
}
_ALERT = {"enabled": True, "state": False, "severity": "WARNING", "change_time": "2026-01-05T08:00:00Z"}


def _settings(call: Call) -> Answer:
    """C(PUT /v1/cluster), to validate alone."""
    call.need("update_cluster")
    if not call.dry_run or set(call.json_object()) != {"handle_redirects"}:
        return json_answer(400, {"error_code": "invalid_schema", "description": "only a trial of handle_redirects"})
    return json_answer(200, {})


def _of_admins(value: Any) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        call.need("update_cluster")
        return json_answer(200, value)

    return answer


def add_neighbours(patch: pytest.MonkeyPatch) -> None:
    """Give the simulator the endpoints of the contract that nothing but these checks asks for."""
    routes = {
        "/v1/ocsp": {"GET": _of_admins(_OCSP)},
        "/v1/cluster/ldap": {"GET": _of_admins({"protocol": "none", "ca_cert": ""})},
        "/v1/cluster/alerts": {"GET": _of_admins({"cluster_certs_about_to_expire": _ALERT, "uneven_node": _ALERT})},
    }
    added = [(re.compile(path), methods) for path, methods in routes.items()]
    patch.setattr(simulated, "_ROUTES", [*added, *simulated._ROUTES])
    patch.setitem(methods_of("/v1/cluster"), "PUT", _settings)


def methods_of(path: str) -> dict[str, Callable[[Call], Answer]]:
    """The methods of a path of the simulator, to be patched."""
    return next(methods for pattern, methods in simulated._ROUTES if pattern.fullmatch(path))


@contextmanager
def cluster(**given: Any) -> Iterator[Cluster]:
    """A cluster of three nodes with databases of every kind."""
    sources = {"report": [ReplicaSource("redis://admin:secret@192.0.2.9:12000")]}
    options: dict[str, Any] = {
        "nodes": 3,
        "fqdn": FQDN,
        "version": NEWEST_OF_8_0,
        "database": "tls",
        "tls_databases": 3,
        "active_active": True,
        "plain_database": False,
        "replicas": sources,
        "optional": ["ldap_client"],
        **given,
    }
    optional = "mtls_trusted_ca" if Release(options["version"]).client_certificate_login else None
    options["optional"] = [*options["optional"], *filter(None, [optional])]
    with Cluster(**options) as made:
        root = Authority("Exporters' CA")
        pair = root.issue(FQDN, days=200)
        made.set_certificate("metrics_exporter", pair.certificate_pem, pair.key_pem)
        if made.nodes[0].release.at_least(8, 0, 10):
            for bdb in (one for one in made.bdbs if one.tls and one.uid != 1):
                own = root.issue(f"redis-{bdb.port}.{FQDN}")
                made.set_certificate(own_name(bdb.uid), own.certificate_pem, own.key_pem)
        client = root.sign(Form(common_name="client", eku=("clientAuth",)), leaf_key("rsa").private)
        made.bdbs[0].client_certs = [pem_of(client)]
        yield made


def login(made: Cluster, role: str = "admin") -> dict[str, Any]:
    """The connection options for a user."""
    user = made.user(role)
    return {"username": user.username, "password": user.password}


def run(made: Cluster, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The whole result; a login of the administrator unless one is given."""
    operation = contract_info.OPERATION
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    place = {"url": made.url, "ca_path": made.ca_path, "metrics_port": made.metrics_port, "retry_delay": 0.01}
    who = {} if "token" in options or "username" in options else login(made)
    task = Context({**defaults, **place, **who, **options}, check_mode)
    result = operation.outcome(task)
    assert task.warnings == []
    return result


def checked(made: Cluster, **options: Any) -> Checked:
    """What came of each check, by its id."""
    result = run(made, **options)
    assert "checks" in result, result
    found = {one["id"]: one for one in result["checks"]}
    assert [one for one in found.values() if one["reason"] == "broken"] == []
    return found


def differing(found: Checked) -> set[str]:
    """The ids of the facts that differ."""
    return {name for name, one in found.items() if one["outcome"] == "differs"}
