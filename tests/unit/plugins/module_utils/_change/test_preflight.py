# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before several certificates are changed, and for which of them it is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import Cluster, Node
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.hazards import (
    describe_hazards,
    drop_misreported,
    find_hazards,
    spare_ldap_client,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import Change, plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.preflight import (
    check_nodes_active,
    enforce_requirements,
    find_problems,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.releases import (
    BLOCKED_FORCED_UPDATE,
    PEERS_DISTRUST_API,
    UNRELIABLE_READ_BACK,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import (
    Installed,
    expired_names,
)
from simulator.authority import Authority, Form, Material, self_signed
from simulator.keys import leaf_key

CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"


LOGIN = {"url": "https://cluster.example.com", "username": "admin@example.com", "password": "x"}
CONNECTION = parse_connection({**{name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}, **LOGIN}, {})


def changes(
    wanted: Mapping[str, Material | None], now: datetime, installed: Material | None = None, reason: str = "not_wanted"
) -> list[Change]:
    """Of a cluster where C(installed) is set under all of these names; without material, it is deleted."""

    def change(name: str, material: Material | None) -> Change:
        want = None
        if material is not None:
            given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
            want = read_desired(name, given, now)
        has = Installed.of(name, Stored(installed.certificate_pem, None), now) if installed else None
        return plan_change(Wanted(name, want, reason=reason), has, force=False, now=now)

    return [change(name, material) for name, material in wanted.items()]


def cluster(version: str | None = "8.0.20-96", *statuses: str, **settings: Any) -> Cluster:
    nodes = tuple(Node(uid, f"10.0.0.{uid}", (), status, version) for uid, status in enumerate(statuses, 1))
    return Cluster("cluster.example.com", version, nodes, 9443, 8443, settings)


def upgrading(oldest: str, newest: str) -> Cluster:
    """One whose nodes do not run the same version yet."""
    nodes = tuple(Node(uid, f"10.0.0.{uid}", (), "active", one) for uid, one in enumerate((newest, oldest), 1))
    return Cluster("cluster.example.com", oldest, nodes, 9443, 8443)


@pytest.fixture(scope="module")
def purposeless(authority: Authority) -> Material:
    return authority.issue(eku=("serverAuth",), root=True)


def test_what_is_not_met_is_found_for_each(material: Material, purposeless: Material, now: datetime) -> None:
    wanted = {"proxy": purposeless, "cm": material, "ldap_client": None, "api": purposeless}
    found = find_problems(changes(wanted, now), cluster(), CONNECTION, now)
    errors = [one.certificate for one in found if one.severity == "error"]
    assert list(dict.fromkeys(errors)) == ["proxy", "api"]


def test_all_certificates_that_do_not_meet_it_are_named(purposeless: Material, now: datetime) -> None:
    def refused(*names: str) -> CertificateError:
        found = find_problems(changes(dict.fromkeys(names, purposeless), now), cluster(), CONNECTION, now)
        with pytest.raises(CertificateError) as raised:
            enforce_requirements(found, "enforce", pytest.fail)
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
    found = find_problems(changes({"proxy": purposeless, "api": purposeless}, now), cluster(), CONNECTION, now)
    warnings: list[str] = []
    enforce_requirements(found, "warn", warnings.append)
    assert {warning.partition(":")[0] for warning in warnings} == {"proxy", "api"}
    enforce_requirements(found, "ignore", pytest.fail)


def test_a_hazard_is_met_once_by_all_that_meet_it(material: Material, other: Material, now: datetime) -> None:
    planned = changes({CCS: material, DATA: other, "proxy": other, "cm": other}, now)

    def met(version: str | None) -> dict[str, list[str]]:
        return {hazard.id: names for hazard, names in find_hazards(planned, cluster(version)).items()}

    # Only the first chain has three levels.
    assert met("8.0.20-60") == {"RS199373": [CCS], "RS194253": [CCS], "RS208996": [CCS, DATA]}
    assert met("8.0.20-90") == {"RS208996": [CCS, DATA]}
    assert met("7.22.0-90") == {**met("8.0.20-60"), "RS122668": ["proxy"]}
    assert met("8.0.20-96") == met(None) == {}


def test_a_chain_is_too_deep_where_one_node_does_not_trust_it(material: Material, now: datetime) -> None:
    (found,) = find_problems(changes({CCS: material}, now), upgrading("8.0.20-96", "8.2.0-25"), CONNECTION, now)
    assert (found.id, found.severity) == ("internode_chain_depth", "error")
    assert "the cluster runs 8.2.0-25" in found.text
    assert "upgrade to 8.2.0-26" in found.text


def test_a_missing_root_is_said_unless_findings_are_ignored(authority: Authority, now: datetime) -> None:
    planned = changes({"proxy": authority.issue(root=False), "cm": authority.issue(root=True)}, now)
    found = find_problems(planned, cluster(), CONNECTION, now)
    assert [(one.certificate, one.id) for one in found] == [("proxy", "chain_without_root")]
    for requirements in ("enforce", "warn"):
        warnings: list[str] = []
        enforce_requirements(found, requirements, warnings.append)
        (warning,) = warnings
        assert warning.startswith("proxy: the chain ends with certificate 1")
        assert "with issuers" in warning
    enforce_requirements(found, "ignore", pytest.fail)


def test_the_settings_of_the_cluster_are_considered(authority: Authority, now: datetime) -> None:
    planned = changes({"cm": authority.issue(key="ec", root=True)}, now)
    for suites, expected in (("AES128-SHA", ["key_type_not_supported"]), ("AES128-SHA:ECDHE-ECDSA-AES128-SHA", [])):
        found = find_problems(planned, cluster("8.2.0-46", control_cipher_suites=suites), CONNECTION, now)
        assert [one.id for one in found] == expected


LDAP_BROKEN = "8.0.17-10"


def test_an_ldap_client_that_logins_need_is_not_deleted(other: Material, now: datetime) -> None:
    planned = changes({"sso_service": None, "ldap_client": None}, now, other)
    with pytest.raises(CertificateError) as raised:
        spare_ldap_client(planned, cluster(LDAP_BROKEN), pytest.fail)
    assert raised.value.failure == {
        "kind": "known_bug",
        "option": "state",
        "bug": "RS193156",
        "certificate": "ldap_client",
    }
    assert raised.value.message.endswith("Keep it until the cluster runs 8.0.18-23 or newer.")
    with pytest.raises(CertificateError, match=r"this cluster runs 8\.0\.16-40\. Keep it"):
        spare_ldap_client(planned, upgrading("8.0.16-20", "8.0.16-40"), pytest.fail)
    for version in ("8.0.18-23", "8.0.16-32", None):
        assert spare_ldap_client(planned, cluster(version), pytest.fail) == planned
    updated = changes({"ldap_client": other}, now)
    assert spare_ldap_client(updated, cluster(LDAP_BROKEN), pytest.fail) == updated


def test_an_ldap_client_that_logins_need_is_not_purged(other: Material, now: datetime) -> None:
    planned = changes({"sso_service": None, "ldap_client": None}, now, other, reason="not_listed")
    warnings: list[str] = []
    service, client = spare_ldap_client(planned, cluster(LDAP_BROKEN), warnings.append)
    assert service == planned[0]
    assert (client.action, client.reason, client.after, client.new) == (
        "none",
        "known_bug",
        client.before,
        planned[1].old,
    )
    (warning,) = warnings
    assert warning.startswith("ldap_client: not deleted despite purge_optional: RS193156: ")


def test_issuers_that_a_version_misreports_are_no_reason_to_write_again(authority: Authority, now: datetime) -> None:
    """RS176540: GET leaves a certificate of the chain out, so that each run would find a difference."""
    wanted = authority.issue(root=True)
    short = replace(wanted, chain=wanted.chain[:1])
    names = (CCS, "syncer")
    planned = changes(dict.fromkeys(names, wanted), now, short)
    assert [one.reason for one in planned] == ["chain_differs"] * 2
    warnings: list[str] = []
    internode, syncer = drop_misreported(planned, cluster("8.0.2-17"), warnings.append)
    assert (internode.action, internode.reason, internode.after) == ("none", "same", internode.before)
    assert syncer == planned[1]
    (warning,) = warnings
    assert warning.startswith("ccs_internode_encryption: ")
    assert "RS176540" in warning
    assert drop_misreported(planned, upgrading("7.22.2-100", "8.0.2-17"), warnings.append) == [internode, syncer]
    for version in ("8.0.2-41", None):
        assert drop_misreported(planned, cluster(version), pytest.fail) == planned
    another = changes({CCS: authority.issue(root=True)}, now, short)
    assert drop_misreported(another, cluster("8.0.2-17"), pytest.fail) == another


def test_an_expired_certificate_blocks_the_forced_update(authority: Authority, other: Material, now: datetime) -> None:
    """Whether that one is replaced too or not, and whatever the change replaces (RS125934)."""
    stored = {
        name: Stored(authority.issue(days=days).certificate_pem, None)
        for name, days in {"proxy": 9, "syncer": -1, "cm": -1}.items()
    }

    def met(names: Collection[str], *changed: str, version: str = "7.8.2-33") -> list[str]:
        planned = changes(dict.fromkeys(changed, other), now)
        return find_hazards(planned, cluster(version), expired_names(stored, names, now)).get(BLOCKED_FORCED_UPDATE, [])

    assert met(["proxy", "syncer"], "proxy", "cm") == ["proxy"]
    assert met(["proxy", "syncer"], "proxy", "syncer") == ["proxy", "syncer"]
    assert met(["proxy", "ldap_client"], "proxy", "syncer") == met(["syncer"], "cm") == []
    assert met(["syncer"], "proxy", version="7.8.2-34") == met([], "proxy") == []


def test_peers_that_log_in_by_certificate_know_the_ca_of_the_api(
    authority: Authority, other: Material, now: datetime
) -> None:
    another = Authority("Another CA").issue()
    pair = leaf_key("rsa")
    own, same_name = (Material((self_signed(Form("a.example.com"), pair.private),), pair.pem, "") for dummy in range(2))

    def met(
        installed: Material | None,
        version: str = "8.2.0-50",
        mtls: bool = True,
        name: str = "api",
        wanted: Material = other,
    ) -> bool:
        planned = changes({name: wanted}, now, installed)
        settings = cluster(version, mtls_certificate_authentication=mtls)
        return PEERS_DISTRUST_API in find_hazards(planned, settings)

    assert met(another)
    assert met(own, wanted=same_name)
    assert not any((met(authority.issue()), met(None), met(another, mtls=False), met(another, name="cm")))
    assert not met(another, version="8.0.20-96")


def test_a_read_back_that_means_nothing_is_known(other: Material, now: datetime) -> None:
    planned = changes({CCS: other, "proxy": other}, now)
    met = find_hazards(planned, cluster("8.0.2-40"))
    assert met[UNRELIABLE_READ_BACK] == [CCS]
    assert UNRELIABLE_READ_BACK.id in {one["id"] for one in describe_hazards(met) if one["certificates"] == [CCS]}
    assert all(one["description"] and one["remedy"] for one in describe_hazards(met))
    assert UNRELIABLE_READ_BACK not in find_hazards(planned, cluster("8.0.2-41"))
    assert find_hazards(planned, upgrading("7.22.2-100", "8.0.2-20"))[UNRELIABLE_READ_BACK] == [CCS]


def test_a_login_that_would_be_lost_is_an_error(
    authority: Authority, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("login")
    own = authority.issue("admin")
    (folder / "admin.pem").write_text(own.certificate_pem)
    (folder / "admin.key").write_text(str(own.key_pem))
    login = replace(
        CONNECTION,
        username=None,
        password=None,
        client_cert=str(folder / "admin.pem"),
        client_key=str(folder / "admin.key"),
    )
    (delete,) = changes({"mtls_trusted_ca": None}, now, own)
    found = find_problems([delete], cluster(), login, now)
    with pytest.raises(CertificateError, match="requirements=warn") as raised:
        enforce_requirements(found, "enforce", pytest.fail)
    assert raised.value.failure == {
        "kind": "requirements_not_met",
        "option": "requirements",
        "certificate": "mtls_trusted_ca",
    }


@pytest.mark.parametrize("name", [CCS, "proxy", "ldap_client"])
@pytest.mark.parametrize("status", ["down", "provisioning"])
def test_no_certificate_is_changed_while_a_node_would_miss_it(
    other: Material, now: datetime, name: str, status: str
) -> None:
    planned = changes({name: other}, now)
    with pytest.raises(CertificateError) as raised:
        check_nodes_active(planned, cluster("8.0.20-96", "active", status), allowed=False)
    assert raised.value.failure == {
        "kind": "node_not_active",
        "option": "allow_inactive_nodes",
        "certificate": name,
    }
    assert f"node 2 (10.0.0.2) is {status}, and would miss the change" in raised.value.message
    assert "set allow_inactive_nodes=true" in raised.value.message


def test_all_changes_and_all_nodes_are_named(other: Material, now: datetime) -> None:
    planned = changes({CCS: other, "proxy": other, DATA: other}, now)
    with pytest.raises(CertificateError, match=r"node 1 .* is down, node 3 .* is down") as raised:
        check_nodes_active(planned, cluster("8.0.20-96", "down", "active", "down"), allowed=False)
    assert raised.value.data["certificate"] == f"{CCS}, proxy, {DATA}"


def test_a_change_without_a_node_may_be_accepted(other: Material, now: datetime) -> None:
    planned, down = changes({CCS: other}, now), cluster("8.0.20-96", "active", "down")
    check_nodes_active(planned, down, allowed=True)
    check_nodes_active([], down, allowed=False)
    for active in (cluster("8.0.20-96", "active", "active"), cluster("8.0.20-96")):
        check_nodes_active(planned, active, allowed=False)


@pytest.mark.parametrize(
    ("version", "action", "forgotten"),
    [
        ("8.0.20-96", "rotate", True),
        ("8.2.0-45", "rotate", True),
        (None, "rotate", True),
        ("8.2.0-46", "rotate", False),
        ("8.0.20-96", "update", False),
    ],
)
def test_what_an_internal_rotation_forgets_is_said(
    other: Material, now: datetime, version: str | None, action: str, forgotten: bool
) -> None:
    """RS200137: nodes that are down are skipped, and never get it."""
    planned = [replace(one, action=action) for one in changes({CCS: other}, now)]
    with pytest.raises(CertificateError) as raised:
        check_nodes_active(planned, cluster(version, "active", "down"), allowed=False)
    assert ("RS200137" in raised.value.message) == forgotten
    assert "None" not in raised.value.message
