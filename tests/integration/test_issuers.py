# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chains that a source hands out without their root, on a cluster that refuses such chains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster
from simulator.authority import Authority, pem_of
from simulator.keys import secret_lines

from .runs import Ansible, login, task
from .test_rotation import inventory
from .test_secrets import assert_absent
from .test_sources import Rotation, handing_over, ownca, wanted_names

MODULE = "cluster_certificate"


@pytest.fixture
def strict() -> Iterator[Cluster]:
    with Cluster(nodes=1, database="none", needs_root=True) as cluster:
        yield cluster


def test_the_root_is_appended_and_the_second_run_changes_nothing(
    ansible: Ansible, strict: Cluster, authority: Authority
) -> None:
    material = authority.issue(intermediates=2)
    root = ansible.folder / "root.pem"
    root.write_text(authority.ca_pem)
    given = {
        "name": "proxy",
        "certificate": "".join(map(pem_of, material.chain[:2])),
        "private_key": str(material.key_pem),
    }
    issuers = {"issuers": "".join(map(pem_of, (material.chain[3], material.chain[0], material.chain[2])))}
    several = {"certificates": [{**given, "certificate": material.certificate_pem, "issuers_path": str(root)}]}
    run = ansible.tasks(
        [
            task("predict", MODULE, {**given, **issuers}, check_mode=True),
            task("replace", MODULE, {**given, **issuers}),
            task("again", MODULE, {**given, **issuers}),
            task("from a file", "cluster_certificates", several),
        ],
        connection=login(strict),
    ).expect()
    assert [run[name].changed for name in ("predict", "replace", "again", "from a file")] == [True, True, False, False]
    assert run["predict"].result["after"] == run["replace"].result["after"]
    assert strict.certificate("proxy") == material.certificate_pem
    assert len(strict.writes) == 1


def test_a_missing_root_is_a_visible_warning_in_check_mode_too(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    material = authority.issue(root=False)
    given = {"name": "proxy", "certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    for check_mode in (True, False):
        run = ansible.tasks([task("replace", MODULE, given, check_mode=check_mode)], connection=login(cluster))
        (warning,) = run.expect(warnings=True).warnings
        assert "proxy: the chain ends with certificate 1 (O=Simulated,CN=cluster.example.com)" in warning
        assert "with issuers" in warning
        assert run["replace"].changed
    ignoring = {**given, "requirements": "ignore", "force": True}
    ansible.tasks([task("ignore", MODULE, ignoring)], connection=login(cluster)).expect()


def test_issuers_that_do_not_fit_are_refused_and_their_key_is_masked(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    material = authority.issue(root=False)
    other = Authority("Another CA").issue()
    given = {"name": "proxy", "certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    pasted = {**given, "issuers": f"{authority.ca_pem}{other.key_pem}"}
    run = ansible.tasks(
        [
            task("of another CA", MODULE, {**given, "issuers": other.ca_pem}, ignore_errors=True),
            task("with a key", MODULE, pasted, ignore_errors=True),
            task("both", MODULE, {**given, "issuers": "x", "issuers_path": "x"}, ignore_errors=True),
        ],
        "-vvvvv",
        connection=login(cluster),
    ).expect()
    assert run["of another CA"].failure == {"kind": "issuer_missing", "option": "issuers", "certificate": "proxy"}
    assert run["with a key"].failure == {
        "kind": "unexpected_private_key",
        "option": "issuers",
        "certificate": "proxy",
    }
    assert "mutually exclusive: issuers|issuers_path" in run["both"].result["msg"]
    assert_absent(secret_lines(str(other.key_pem)), run, ansible.home)
    assert cluster.requests == []


def test_a_source_that_issues_gets_its_root(ansible: Ansible, strict: Cluster, own: Path) -> None:
    """An own CA below a root, of which only the CA's certificate is at hand."""
    below_root: dict[str, Any] = {"ca_certificate_path": str(own / "ca.pem"), "issuers_path": str(own / "root.pem")}
    certificates = [{"name": "proxy", "source": ownca(own, **below_root)}]
    rotation = Rotation(ansible, strict, certificates, rotation_keep_material="kept")
    assert rotation.changed(rotation.run("--check"))
    rotation.run()
    subjects = [one.subject.rfc4514_string() for one in rotation.chain("proxy")[1:]]
    assert subjects == ["CN=Own CA", "CN=Own root"]
    assert (ansible.folder / "kept/proxy.pem").read_text().count("BEGIN") == 3
    assert not rotation.changed(rotation.run())
    assert strict.writes == []

    # The same by files, which hold it without the root.
    (ansible.folder / "kept/proxy.pem").write_text("".join(map(pem_of, rotation.chain("proxy")[:2])))
    files = {"files": {"directory": "kept", "issuers_path": str(own / "chain.pem")}}
    inventory(ansible, {"one": strict}, rotation_certificates=[{"name": "proxy", "source": files}])
    assert not rotation.changed(rotation.run())


def test_what_is_fetched_gets_its_root(ansible: Ansible, strict: Cluster, authority: Authority) -> None:
    material = authority.issue(sans=sorted(wanted_names(strict.fqdn)), intermediates=1, root=False)
    source = {
        "file": handing_over(ansible.folder, "fetch.yml", material),
        "issues": False,
        "issuers": authority.ca_pem,
    }
    rotation = Rotation(ansible, strict, [{"name": "proxy", "source": {"tasks": source}}])
    rotation.run()
    assert strict.certificate("proxy") == material.certificate_pem + authority.ca_pem
    assert not rotation.changed(rotation.run())


def test_nothing_is_issued_where_the_issuers_are_missing_or_do_not_fit(
    ansible: Ansible, cluster: Cluster, own: Path, authority: Authority
) -> None:
    certificates = [{"name": "proxy", "source": ownca(own, issuers_path="nowhere.pem")}]
    rotation = Rotation(ansible, cluster, certificates)
    run = rotation.run(ok=False)
    assert f"no such file: {ansible.folder}/nowhere.pem. Check rotation_run_before" in run.output
    certificates = [
        {
            "name": "proxy",
            "source": ownca(own, ca_certificate_path=str(own / "ca.pem"), issuers=authority.ca_pem),
        }
    ]
    inventory(ansible, {"one": cluster}, rotation_certificates=certificates)
    run = rotation.run(ok=False)
    assert "option issuers: none of its certificates issued certificate 2 of the chain (CN=Own CA)" in run.output
    assert cluster.writes == []
