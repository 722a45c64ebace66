# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be known before a write is said before it, in check mode too."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster
from simulator.authority import Authority

from .runs import Ansible, login, task
from .test_requirements import ids, pair

MODULE = "cluster_certificate"
BUNDLE = "mtls_trusted_ca"


@pytest.fixture
def by_certificate(ansible: Ansible, cluster: Cluster, authority: Authority) -> dict[str, Any]:
    """A login by client certificate, which the cluster trusts."""
    cluster.set_certificate(BUNDLE, authority.ca_pem, None)
    issued = authority.issue(cluster.user("admin").username, sans=[], eku=["clientAuth"])
    path = ansible.folder / "client.pem"
    path.write_text(issued.certificate_pem + str(issued.key_pem))
    basic = login(cluster)
    kept = {option: basic[option] for option in ("url", "ca_path", "metrics_port", "retry_delay")}
    return {**kept, "client_cert": str(path)}


def test_a_bundle_that_ends_the_login_is_refused(
    ansible: Ansible, cluster: Cluster, authority: Authority, by_certificate: dict[str, Any]
) -> None:
    other = {"name": BUNDLE, "certificate": Authority("Another CA").ca_pem}
    both = {"name": BUNDLE, "certificate": other["certificate"] + authority.ca_pem}
    run = ansible.tasks(
        [
            task("predict", MODULE, other, check_mode=True, ignore_errors=True),
            task("replace", MODULE, other, ignore_errors=True),
            task("remove", MODULE, {"name": BUNDLE, "state": "absent"}, ignore_errors=True),
            task("remove by password", MODULE, {"name": BUNDLE, "state": "absent", **login(cluster)}, check_mode=True),
            task("extend", MODULE, both),
        ],
        connection=by_certificate,
    ).expect()
    for name in ("predict", "replace", "remove"):
        refused = run[name]
        assert refused.failure == {"kind": "requirements_not_met", "option": "requirements", "certificate": BUNDLE}
        assert ids(refused.result) == ["client_login_lost"]
        assert refused.result["outcome"] == "failed_unchanged"
    assert "does not verify client_cert (" in run["replace"].result["msg"]
    assert run["extend"].result["outcome"] == "changed"
    assert [write.method for write in cluster.writes] == ["PUT"]


def test_who_wants_it_ends_the_login(ansible: Ansible, by_certificate: dict[str, Any]) -> None:
    other = {"name": BUNDLE, "certificate": Authority("Another CA").ca_pem, "requirements": "warn"}
    run = ansible.tasks([task("predict", MODULE, other, check_mode=True)], connection=by_certificate)
    (warning,) = run.expect(warnings=True).warnings
    assert "client_login_lost" in warning


def test_an_api_that_the_next_run_refuses_is_warned_about_once(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    for check_mode in (True, False):
        options = pair("api", authority.issue())
        run = ansible.tasks([task("replace", MODULE, options, check_mode=check_mode)], connection=login(cluster))
        (warning,) = run.expect(warnings=True).warnings
        assert "api: the next run will fail on the new certificate: the API's certificate is not trusted" in warning
        assert run["replace"].changed
    # With what it trusts now, the next run fails with the same words.
    cause = warning.partition("new certificate: ")[2]
    run = ansible.tasks([task("read", "cluster_certificate_info", {})], connection=login(cluster)).expect(ok=False)
    assert cause in run["read"].result["msg"]


def test_an_api_that_does_not_cover_the_host(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    path = ansible.folder / "both.pem"
    path.write_text(str(cluster.certificate("api")) + authority.ca_pem)
    connection = {**login(cluster), "ca_path": str(path)}
    names = ["cluster.example.com", "*.cluster.example.com", "internal.cluster.example.com"]
    options = pair("api", authority.issue(sans=[*names, "*.internal.cluster.example.com"]))
    run = ansible.tasks(
        [
            task("predict", MODULE, options, check_mode=True),
            task("not verified", MODULE, {**options, "validate_certs": False, "ca_path": None}, check_mode=True),
        ],
        connection=connection,
    ).expect(warnings=True)
    (warning,) = run.warnings
    assert "the API's certificate does not cover 127.0.0.1. Use a host in url that the certificate covers." in warning


def test_a_key_that_no_cipher_suite_is_for(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, version="8.2.0-46", database="none", rsa_only=True) as cluster:
        elliptic = authority.issue(key="ec")
        run = ansible.tasks(
            [
                task("predict", MODULE, pair("cm", elliptic), check_mode=True, ignore_errors=True),
                task("proxy", MODULE, pair("proxy", elliptic), ignore_errors=True),
                task("rsa", MODULE, pair("cm", authority.issue())),
            ],
            connection=login(cluster),
        ).expect()
        for name in ("predict", "proxy"):
            assert run[name].failure["kind"] == "requirements_not_met"
            assert ids(run[name].result) == ["key_type_not_supported"]
        assert len(cluster.writes) == 1
        cluster.suites.control += ":ECDHE-ECDSA-AES128-GCM-SHA256"
        cluster.suites.data_tls_1_3 = "TLS_AES_256_GCM_SHA384"
        run = ansible.tasks(
            [
                task("cm", MODULE, pair("cm", elliptic)),
                task("proxy", MODULE, pair("proxy", elliptic)),
            ],
            connection=login(cluster),
        ).expect()
        assert run["cm"].result["findings"] == []
        (finding,) = run["proxy"].result["findings"]
        assert (finding["id"], finding["severity"]) == ("key_type_not_supported", "warning")


def test_an_ldap_client_that_logins_need_stays(ansible: Ansible) -> None:
    optional = ["ldap_client", "sso_service"]
    with Cluster(nodes=1, version="8.0.17-10", database="none", optional=optional) as cluster:
        absent = {"name": "ldap_client", "state": "absent"}
        purge = {"certificates": [], "purge_optional": True}
        run = ansible.tasks(
            [
                task("remove", MODULE, absent, ignore_errors=True),
                task("predict", "cluster_certificates", purge, check_mode=True),
                task("purge", "cluster_certificates", purge),
                task("again", "cluster_certificates", purge),
            ],
            connection=login(cluster),
        ).expect(warnings=True)
        assert run["remove"].failure == {
            "kind": "known_bug",
            "option": "state",
            "bug": "RS193156",
            "certificate": "ldap_client",
        }
        for name, changed in (("predict", True), ("purge", True), ("again", False)):
            assert run[name].changed is changed
            changes = {
                one["name"]: (one["action"], one["reason"], one["outcome"]) for one in run[name].result["changes"]
            }
            assert changes["ldap_client"] == ("none", "known_bug", "unchanged")
        assert any("RS193156" in warning for warning in run.warnings)
        assert cluster.certificate("ldap_client") is not None
        assert cluster.certificate("sso_service") is None
