# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material that cannot be used fails by name, before any write, in check mode too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator import Cluster
from simulator.authority import Authority, Material, pem_of
from simulator.keys import secret_lines

from .runs import Ansible, login, task

#: On one worker, so that the run that the module shares is made once.
pytestmark = pytest.mark.xdist_group("test_bad_material")

Options = dict[str, Any]


def good(authority: Authority, **options: Any) -> Options:
    material = authority.issue(**options)
    return {"name": "proxy", "certificate": material.certificate_pem, "private_key": str(material.key_pem)}


def swapped(material: Material) -> Options:
    """The issuers after the leaf in the wrong order."""
    leaf, first, second = map(pem_of, material.chain)
    return {"name": "proxy", "certificate": leaf + second + first, "private_key": str(material.key_pem)}


def damaged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:3], "A" + lines[3], *lines[4:]])


CASES: dict[str, tuple[str, str, Callable[[Authority], Options]]] = {
    # name: kind of the failure, the option that it names, and the options
    "mismatched key": ("key_mismatch", "private_key", lambda a: {**good(a), "private_key": str(a.issue().key_pem)}),
    "mismatched key of another type": (
        "key_mismatch",
        "private_key",
        lambda a: {**good(a), "private_key": str(a.issue(key="ec").key_pem)},
    ),
    "expired": ("certificate_expired", "certificate", lambda a: good(a, days=-1)),
    "not yet valid": ("certificate_not_yet_valid", "certificate", lambda a: good(a, not_before=1)),
    "chain before leaf": (
        "chain_order",
        "certificate",
        lambda a: {**good(a), "certificate": a.ca_pem + good(a, root=False)["certificate"]},
    ),
    "issuers in the wrong order": (
        "chain_order",
        "certificate",
        lambda a: swapped(a.issue(intermediates=2, root=False)),
    ),
    "issuer of another CA": (
        "chain_order",
        "certificate",
        lambda a: {
            **good(a),
            "certificate": good(a, root=False)["certificate"] + Authority(common_name=a.common_name).ca_pem,
        },
    ),
    "not PEM": ("invalid_certificate", "certificate", lambda a: {**good(a), "certificate": "proxy.pem"}),
    "damaged": ("invalid_certificate", "certificate", lambda a: {**good(a), "certificate": damaged(a.ca_pem)}),
    "key in place of certificate": (
        "invalid_certificate",
        "certificate",
        lambda a: {**good(a), "certificate": good(a)["private_key"]},
    ),
    "no certificate": ("missing_certificate", "certificate", lambda a: {"name": "proxy"}),
    "encrypted key without passphrase": (
        "passphrase_missing",
        "private_key",
        lambda a: good(a, passphrase="open sesame"),
    ),
    "wrong passphrase": (
        "passphrase_wrong",
        "private_key",
        lambda a: {**good(a, passphrase="open sesame"), "private_key_passphrase": "open barley"},
    ),
    "key that is not PEM": ("invalid_private_key", "private_key", lambda a: {**good(a), "private_key": "proxy.key"}),
    "key for a name that has none": (
        "unexpected_private_key",
        "private_key",
        lambda a: {**good(a), "name": "mtls_trusted_ca"},
    ),
    "missing key": ("missing_private_key", "private_key", lambda a: {**good(a), "private_key": None}),
    "expired CA in a bundle": (
        "certificate_expired",
        "certificate",
        lambda a: {"name": "sso_issuer", "certificate": a.ca_pem + Authority(days=-1).ca_pem},
    ),
    "missing file": (
        "unreadable_file",
        "certificate_path",
        lambda a: {"name": "proxy", "certificate_path": "/nowhere/proxy.pem"},
    ),
    "missing key file": (
        "unreadable_file",
        "private_key_path",
        lambda a: {"name": "proxy", "certificate": a.issue().certificate_pem, "private_key_path": "/nowhere/key"},
    ),
    "a folder in place of a file": (
        "unreadable_file",
        "certificate_path",
        lambda a: {"name": "proxy", "certificate_path": "/"},
    ),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One run with every case, in check mode and for real."""
    authority = Authority(common_name="CA of bad material")
    options = {case: make(authority) for case, (_kind, _option, make) in CASES.items()}
    tasks = [
        task(f"{mode}: {case}", "cluster_certificate", given, check_mode=mode == "check", ignore_errors=True)
        for case, given in options.items()
        for mode in ("check", "real")
    ]
    with Cluster(nodes=1, version="8.0.20-96", database="none") as cluster:
        run = Ansible(tmp_path_factory.mktemp("run")).tasks(tasks, connection=login(cluster)).expect()
        return run, cluster, options


@pytest.mark.parametrize("case", CASES)
def test_fails_by_name_and_tells_the_option(case: str, shared: Any) -> None:
    run, _cluster, options = shared
    kind, option, _make = CASES[case]
    for mode in ("check", "real"):
        outcome = run[f"{mode}: {case}"]
        name = options[case]["name"]
        assert (outcome.failure["kind"], outcome.failure["option"]) == (kind, option)
        assert outcome.failure["certificate"] == name
        assert outcome.result["msg"].startswith(f"{name}: option {option}")
        assert not outcome.changed


def test_nothing_is_written_and_no_key_is_quoted(shared: Any) -> None:
    run, cluster, options = shared
    assert cluster.writes == []
    secrets = secret_lines(*(given.get("private_key") or "" for given in options.values()))
    assert len(secrets) > 100
    assert not [line for line in secrets if line in run.output]
    assert not [line for line in secrets if any(line in str(outcome.result) for outcome in run.outcomes)]
