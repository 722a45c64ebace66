# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before several certificates are changed, and for which of them it is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _material, _plan, _precautions
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._cluster import Cluster, Node
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._plan import Change, Wanted
from simulator.authority import Authority, Material

CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"


def changes(wanted: Mapping[str, Material | None], now: datetime) -> list[Change]:
    """Of a cluster where none of these is set; without material, there is nothing to do."""

    def change(name: str, material: Material | None) -> Change:
        want = None
        if material is not None:
            given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
            want = _material.from_options(name, given, now)
        return _plan.change(Wanted(name, want), None, force=False, now=now)

    return [change(name, material) for name, material in wanted.items()]


def cluster(version: str | None = "8.0.20-96", *statuses: str) -> Cluster:
    nodes = tuple(Node(uid, f"10.0.0.{uid}", (), status, version) for uid, status in enumerate(statuses, 1))
    return Cluster("cluster.example.com", version, nodes, 9443, 8443)


@pytest.fixture(scope="module")
def purposeless(authority: Authority) -> Material:
    return authority.issue(eku=("serverAuth",))


def test_what_is_not_met_is_found_for_each(material: Material, purposeless: Material, now: datetime) -> None:
    wanted = {"proxy": purposeless, "cm": material, "ldap_client": None, "api": purposeless}
    found = _precautions.findings(changes(wanted, now), cluster(), now)
    errors = [one.certificate for one in found if one.severity == "error"]
    assert list(dict.fromkeys(errors)) == ["proxy", "api"]


def test_all_certificates_that_do_not_meet_it_are_named(purposeless: Material, now: datetime) -> None:
    def refused(*names: str) -> CertificateError:
        found = _precautions.findings(changes(dict.fromkeys(names, purposeless), now), cluster(), now)
        with pytest.raises(CertificateError) as raised:
            _precautions.enforce(found, "enforce", pytest.fail)
        assert raised.value.data["option"] == "requirements"
        return raised.value

    one, two = refused("proxy"), refused("proxy", "api")
    assert one.data["certificate"] == "proxy"
    assert one.message.startswith("proxy: the certificate does not meet")
    assert one.message.count("proxy: ") == 1
    assert two.data["certificate"] == "proxy, api"
    assert two.message.startswith("proxy, api: the certificates do not meet")
    assert ": proxy: certificate 1" in two.message
    assert "; api: certificate 1" in two.message


def test_warnings_name_their_certificate(purposeless: Material, now: datetime) -> None:
    found = _precautions.findings(changes({"proxy": purposeless, "api": purposeless}, now), cluster(), now)
    warnings: list[str] = []
    _precautions.enforce(found, "warn", warnings.append)
    assert {warning.partition(":")[0] for warning in warnings} == {"proxy", "api"}
    _precautions.enforce(found, "ignore", pytest.fail)


def test_a_hazard_is_met_once_by_all_that_meet_it(material: Material, other: Material, now: datetime) -> None:
    planned = changes({CCS: material, DATA: other, "proxy": other, "cm": other}, now)

    def met(version: str | None) -> dict[str, list[str]]:
        return {hazard.id: names for hazard, names in _precautions.hazards(planned, cluster(version)).items()}

    # Only the first chain has three levels.
    assert met("8.0.20-60") == {"RS199373": [CCS], "RS194253": [CCS], "RS208996": [CCS, DATA]}
    assert met("8.0.20-90") == {"RS208996": [CCS, DATA]}
    assert met("7.22.0-90") == {**met("8.0.20-60"), "RS122668": ["proxy"]}
    assert met("8.0.20-96") == met(None) == {}


def test_a_node_that_would_miss_internode_certificates(other: Material, now: datetime) -> None:
    down = cluster("8.0.20-96", "active", "down")
    _precautions.check_nodes(changes({"proxy": other}, now), down)
    _precautions.check_nodes(changes({CCS: other, DATA: other}, now), cluster("8.0.20-96", "active", "active"))
    with pytest.raises(CertificateError, match=r"node 2 \(10\.0\.0\.2\) is down") as raised:
        _precautions.check_nodes(changes({CCS: other, "proxy": other, DATA: other}, now), down)
    assert (raised.value.kind, raised.value.data["certificate"]) == ("node_not_active", f"{CCS}, {DATA}")
