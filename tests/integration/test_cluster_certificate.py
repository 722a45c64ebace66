# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificate, from creation to removal, on both kinds of releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material

from .runs import Ansible, login, task

MODULE = "cluster_certificate"

#: Facts that depend on the clock.
CLOCK = {"days_remaining", "chain_days_remaining"}


def put(cluster: Cluster) -> list[tuple[str, str, int]]:
    """The requests of one update."""
    path = "/v1/cluster/certificates" if cluster.nodes[0].release.bulk_put else "/v1/cluster/update_cert"
    return [("PUT", path, 200)]


def pair(name: str, material: Material) -> dict[str, Any]:
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem)}


def comparable(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {key: value for key, value in facts.items() if key not in CLOCK}


@pytest.mark.main_path
def test_create_change_remove(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    """Each step in check mode, for real, and in check mode again; then the next one."""
    first, second = authority.issue(key="rsa"), authority.issue(key="ec", intermediates=1)
    absent = {"name": "ldap_client", "state": "absent"}
    steps = {
        "create": (pair("ldap_client", first), put(any_cluster)),
        "change": (pair("ldap_client", second), put(any_cluster)),
        "remove": (absent, [("DELETE", "/v1/cluster/certificates/ldap_client", 200)]),
    }
    tasks = []
    for step, (options, _writes) in steps.items():
        tasks += [
            task(f"{step}: predict", MODULE, options, check_mode=True),
            task(f"{step}: do", MODULE, options),
            task(f"{step}: again", MODULE, options),
            task(f"{step}: predict again", MODULE, options, check_mode=True),
        ]
    run = ansible.tasks(tasks, "--diff", connection=login(any_cluster)).expect()

    for step, (_options, writes) in steps.items():
        predicted, done = run[f"{step}: predict"], run[f"{step}: do"]
        assert predicted.changed
        assert done.changed
        assert predicted.writes(any_cluster) == []
        assert done.writes(any_cluster) == writes
        for side in ("before", "after"):
            assert comparable(predicted.result[side]) == comparable(done.result[side])
        assert predicted.result["diff"] == done.result["diff"]
        for repeated in (run[f"{step}: again"], run[f"{step}: predict again"]):
            assert not repeated.changed
            assert repeated.writes(any_cluster) == []
            assert comparable(repeated.result["before"]) == comparable(done.result["after"])
            assert comparable(repeated.result["after"]) == comparable(done.result["after"])

    created, changed, removed = (run[f"{step}: do"].result for step in steps)
    assert created["before"] is None
    assert created["after"]["fingerprint"] == first.fingerprint
    assert changed["before"]["fingerprint"] == first.fingerprint
    assert changed["after"]["chain_fingerprints"] == second.chain_fingerprints
    assert removed["before"]["fingerprint"] == second.fingerprint
    assert removed["after"] is None
    assert any_cluster.certificate("ldap_client") is None


def test_required_certificates_are_replaced_and_never_removed(
    ansible: Ansible, any_cluster: Cluster, authority: Authority
) -> None:
    material = authority.issue(intermediates=2, root=True)
    absent = {"name": "proxy", "state": "absent"}
    run = ansible.tasks(
        [
            task("replace", MODULE, pair("proxy", material)),
            task("replace again", MODULE, pair("proxy", material)),
            task("remove in check mode", MODULE, absent, check_mode=True, ignore_errors=True),
            task("remove", MODULE, absent),
        ],
        connection=login(any_cluster),
    ).expect(ok=False)
    assert run["replace"].changed
    assert run["replace"].writes(any_cluster) == put(any_cluster)
    assert not run["replace again"].changed
    for refused in (run["remove in check mode"], run["remove"]):
        assert refused.failure["kind"] == "required_certificate"
        assert refused.result["msg"].startswith("proxy: this certificate is required")
        assert refused.writes(any_cluster) == []
    assert any_cluster.certificate("proxy") == material.certificate_pem


def test_api_is_replaced_under_the_connection(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    """The CA of the new certificate is not in ca_path yet."""
    material = authority.issue(any_cluster.fqdn)
    bundle = ansible.folder / "both.pem"
    bundle.write_text(Path(any_cluster.ca_path).read_text() + material.ca_pem)
    options = pair("api", material)
    run = ansible.tasks(
        [
            task("replace", MODULE, options),
            task("next task", MODULE, {**options, "ca_path": str(bundle)}),
            task("with the old CA alone", MODULE, options),
        ],
        connection=login(any_cluster),
    ).expect(ok=False, warnings=True)
    assert run["replace"].changed
    (warning,) = run.warnings
    assert "the next run will fail" in warning
    assert f"ca_path {any_cluster.ca_path} does not verify it" in warning
    assert not run["next task"].changed
    assert run["with the old CA alone"].failure["kind"] == "tls_untrusted"
    assert "ca_path" in run["with the old CA alone"].result["msg"]


def test_api_is_read_back_over_a_new_connection(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    """The old connection is gone, the new one presents a chain whose CA ca_path does not know."""
    any_cluster.add_fault(Fault(method="PUT", path=put(any_cluster)[-1][1], kind="close_after"))
    material = authority.issue(intermediates=1)
    run = ansible.tasks([task("replace", MODULE, pair("api", material))], connection=login(any_cluster))
    run.expect(warnings=True)
    assert run["replace"].changed
    assert run["replace"].result["after"]["fingerprint"] == material.fingerprint


def test_bundles_are_compared_as_sets_and_take_no_key(ansible: Ansible, authority: Authority) -> None:
    first, second = authority.ca_pem, Authority(common_name="Second CA").ca_pem
    bundle = {"name": "mtls_trusted_ca", "certificate": first + second}
    with Cluster(nodes=1, version="8.0.20-96", database="none") as cluster:
        run = ansible.tasks(
            [
                task("create", MODULE, bundle),
                task("other order", MODULE, {**bundle, "certificate": second + first}),
                task("other order and twice", MODULE, {**bundle, "certificate": second + first + second}),
                task("one less", MODULE, {**bundle, "certificate": second}, check_mode=True),
                task("remove", MODULE, {"name": "mtls_trusted_ca", "state": "absent"}),
            ],
            connection=login(cluster),
        ).expect()
        assert [outcome.changed for outcome in run.outcomes] == [True, False, False, True, True]
        (written,) = [request for request in cluster.writes if request.method == "PUT"]
        assert written.status == 200


def test_internode_names_of_the_kubernetes_operator(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(intermediates=1)
    names = {
        "cp_internode_encryption": "ccs_internode_encryption",
        "dp_internode_encryption": "data_internode_encryption",
    }
    run = ansible.tasks([task(alias, MODULE, pair(alias, material)) for alias in names], connection=login(cluster))
    run.expect()
    for alias, name in names.items():
        assert run[alias].result["name"] == name
        assert cluster.certificate(name) == material.certificate_pem, alias


def test_compare_and_force(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(intermediates=1, root=False)
    with_root = {**pair("cm", material), "certificate": material.certificate_pem + material.ca_pem}
    without_root = {**pair("cm", material), "requirements": "ignore"}
    any_cluster.set_certificate("cm", material.certificate_pem, str(material.key_pem))
    run = ansible.tasks(
        [
            task("leaf", MODULE, {**with_root, "compare": "leaf"}),
            task("chain", MODULE, with_root, check_mode=True),
            task("forced prediction", MODULE, {**without_root, "force": True}, check_mode=True),
            task("forced", MODULE, {**without_root, "force": True}),
        ],
        connection=login(any_cluster),
    ).expect()
    assert [outcome.changed for outcome in run.outcomes] == [False, True, True, True]
    assert run["forced"].writes(any_cluster) == put(any_cluster)
    assert len(any_cluster.writes) == len(put(any_cluster))


def test_form_of_the_pem_makes_no_difference(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(intermediates=1)
    cluster.set_certificate("proxy", material.certificate_pem, str(material.key_pem))
    pem = material.certificate_pem
    forms = {
        "plain": pem,
        "crlf": pem.replace("\n", "\r\n"),
        "no last newline": pem.rstrip("\n"),
        "bag attributes": "Bag Attributes\n    friendlyName: proxy\nsubject=CN = x\n" + pem,
        "text between": pem.replace("-----END CERTIFICATE-----\n", "-----END CERTIFICATE-----\n# next\n"),
        "key behind it": pem + str(material.key_pem),
    }
    tasks = [task(form, MODULE, {**pair("proxy", material), "certificate": text}) for form, text in forms.items()]
    path = ansible.folder / "crlf.pem"
    path.write_bytes(forms["crlf"].encode())
    key = ansible.folder / "crlf.key"
    key.write_bytes(material.key_pem.replace("\n", "\r\n").encode())
    tasks.append(task("files", MODULE, {"name": "proxy", "certificate_path": str(path), "private_key_path": str(key)}))
    run = ansible.tasks(tasks, connection=login(cluster)).expect()
    assert [(outcome.task, outcome.changed) for outcome in run.outcomes] == [(one["name"], False) for one in tasks]
    assert cluster.writes == []
    assert str(material.key_pem).splitlines()[1] not in run.output


def test_what_cannot_be_parsed_is_replaced(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue()
    damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    stored = {"proxy": "", "cm": "garbage", "syncer": damaged}
    for name, text in stored.items():
        cluster.set_certificate(name, text, None)
    tasks = [task(name, MODULE, pair(name, material)) for name in stored]
    run = ansible.tasks(tasks, "--diff", connection=login(cluster)).expect(warnings=True)
    assert all(": there is no way back: " in warning for warning in run.warnings)
    for name in stored:
        assert run[name].changed, name
        assert cluster.certificate(name) == material.certificate_pem, name


def test_what_is_sent_is_normal(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    """Encrypted traditional keys and messy PEM arrive decrypted and clean; the simulator refuses anything else."""
    material = authority.issue(key="ec", passphrase="open sesame", traditional=True, intermediates=1)
    options = {
        "name": "syncer",
        "certificate": "comment\r\n" + material.certificate_pem.replace("\n", "\r\n"),
        "private_key": "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + str(material.key_pem),
        "private_key_passphrase": "open sesame",
    }
    run = ansible.tasks([task("replace", MODULE, options)], connection=login(any_cluster)).expect()
    assert run["replace"].changed
    assert any_cluster.certificate("syncer") == material.certificate_pem


def test_waits_until_the_new_state_shows(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue()
    with Cluster(nodes=1, version="8.0.20-96", database="none") as cluster:
        cluster.nodes[0].lag = 2
        run = ansible.tasks([task("replace", MODULE, pair("proxy", material))], connection=login(cluster)).expect()
        assert run["replace"].changed
        assert run["replace"].result["after"]["fingerprint"] == material.fingerprint
        assert len(cluster.writes) == 1

        cluster.nodes[0].lag = float("inf")
        other = pair("proxy", authority.issue())
        timeouts = {"never": 1, "no number": "nan", "negative": -1}
        tasks = [
            task(case, MODULE, {**other, "wait_timeout": timeout}, ignore_errors=True)
            for case, timeout in timeouts.items()
        ]
        run = ansible.tasks(tasks, connection=login(cluster)).expect()
        assert run["never"].failure["kind"] == "not_proven"
        assert run["never"].result["outcome"] == "rolled_back"
        assert not run["never"].changed
        for nonsense in ("no number", "negative"):
            assert run[nonsense].failure["option"] == "wait_timeout", nonsense


def test_an_update_whose_answer_was_lost_is_looked_for(
    ansible: Ansible, any_cluster: Cluster, authority: Authority
) -> None:
    any_cluster.add_fault(Fault(method="PUT", path=put(any_cluster)[-1][1], kind="close_after"))
    material = authority.issue()
    run = ansible.tasks([task("replace", MODULE, pair("proxy", material))], connection=login(any_cluster)).expect()
    assert run["replace"].changed
    assert any_cluster.certificate("proxy") == material.certificate_pem
    assert len(any_cluster.writes) == len(put(any_cluster))
