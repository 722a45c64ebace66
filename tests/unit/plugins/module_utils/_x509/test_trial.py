# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes in memory: they judge as real ones do, and no key is in a file for them."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.trial import (
    CannotTry,
    load_pair,
    openssl_reason,
    refusals,
    refused_as_client,
    refused_as_server,
)
from simulator.authority import Authority, Material

FQDN = "cluster.example.com"


def files(folder: Path, material: Material) -> tuple[str, str]:
    (folder / "client.pem").write_text(material.certificate_pem)
    (folder / "client.key").write_text(str(material.key_pem))
    return str(folder / "client.pem"), str(folder / "client.key")


def trusting(ca_pem: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca_pem)
    return context


def served(material: Material, ca_pem: str, host: str = FQDN) -> ssl.SSLError | None:
    return refused_as_server(material.certificate_pem, Secret(str(material.key_pem)), trusting(ca_pem), host)


@pytest.mark.parametrize("key", ["rsa", "rsa1024", "ec", "ed25519"])
def test_a_client_that_the_bundle_leads_to(authority: Authority, tmp_path: Path, key: str) -> None:
    pair = files(tmp_path, authority.issue("admin", key=key, intermediates=1))
    other = Authority("Another CA").ca_pem
    assert refused_as_client(*pair, authority.ca_pem) is None
    assert refused_as_client(*pair, other + authority.ca_pem) is None
    assert refused_as_client(*pair, other) is not None


def test_why_a_client_is_refused(authority: Authority, tmp_path: Path) -> None:
    def why(**form: Any) -> str | None:
        return refused_as_client(*files(tmp_path, authority.issue("admin", **form)), authority.ca_pem)

    assert why(days=-1) == "certificate has expired"
    assert why(eku=["serverAuth"]) in ("unsupported certificate purpose", "unsuitable certificate purpose")


def test_an_intermediate_may_be_what_is_trusted(authority: Authority, tmp_path: Path) -> None:
    client = authority.issue("admin", intermediates=1, root=False)
    assert refused_as_client(*files(tmp_path, client), client.chain_pem) is None


def test_the_key_may_be_in_the_file_of_the_certificate(authority: Authority, tmp_path: Path) -> None:
    client = authority.issue("admin")
    path = tmp_path / "both.pem"
    path.write_text(f"{client.key_pem}{client.certificate_pem}")
    assert refused_as_client(str(path), None, authority.ca_pem) is None


def test_what_cannot_be_read_is_not_judged(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(CannotTry):
        refused_as_client(str(tmp_path / "gone.pem"), None, authority.ca_pem)


@pytest.mark.parametrize("key", ["rsa", "ec", "ed25519"])
def test_a_server_that_is_trusted(authority: Authority, key: str) -> None:
    material = authority.issue(FQDN, key=key, intermediates=1)
    for host in (FQDN, f"node1.{FQDN}", "127.0.0.1"):
        assert served(material, authority.ca_pem, host) is None


def test_why_a_server_is_refused(authority: Authority) -> None:
    def code(material: Material, ca_pem: str, host: str) -> int:
        error = served(material, ca_pem, host)
        assert isinstance(error, ssl.SSLCertVerificationError)
        return error.verify_code

    material = authority.issue(FQDN)
    assert code(material, authority.ca_pem, "another.example.com") == 62
    assert code(material, authority.ca_pem, "192.0.2.1") == 64
    assert code(authority.issue(FQDN, days=-1), authority.ca_pem, FQDN) == 10
    assert code(material, Authority("Another CA").ca_pem, FQDN) in (18, 19, 20)


def test_a_key_of_another_certificate_is_openssls_own_refusal(authority: Authority) -> None:
    one, two = authority.issue(FQDN), authority.issue(FQDN, key="ec")
    error = refused_as_server(one.certificate_pem, Secret(str(two.key_pem)), trusting(authority.ca_pem), FQDN)
    assert isinstance(error, ssl.SSLError)
    assert not isinstance(error, ssl.SSLCertVerificationError)
    assert "-----" not in str(error)
    assert openssl_reason(error) == error.reason


BOTH = ("serverAuth", "clientAuth")


def tried(material: Material, ca_pem: str, host: str | None = FQDN, *purposes: str) -> dict[str, ssl.SSLError]:
    key = Secret(str(material.key_pem))
    return refusals(material.certificate_pem, key, anchor_pem=ca_pem, host=host, purposes=purposes or BOTH)


@pytest.mark.parametrize("key", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("purposes", [BOTH, BOTH[:1], BOTH[1:], ()])
def test_a_pair_that_is_accepted_is_loaded_once(
    authority: Authority, key: str, purposes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is half of what the trial costs; and no thread is made for it."""
    loaded = []
    load = ssl.SSLContext.load_cert_chain

    def noted(context: ssl.SSLContext, *paths: str, **more: Any) -> None:
        loaded.append(paths)
        load(context, *paths, **more)

    def refuse(*_arguments: Any, **_more: Any) -> None:
        raise AssertionError("a thread was made")

    material = authority.issue(FQDN, key=key, intermediates=1)
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", noted)
    monkeypatch.setattr(threading, "Thread", refuse)
    pair = material.certificate_pem, Secret(str(material.key_pem))
    assert refusals(*pair, anchor_pem=authority.ca_pem, host=FQDN, purposes=purposes) == {}
    assert len(loaded) == min(len(purposes), 1)


def test_in_which_role_a_pair_is_refused(authority: Authority) -> None:
    assert set(tried(authority.issue(FQDN, eku=["serverAuth"]), authority.ca_pem)) == {"clientAuth"}
    assert set(tried(authority.issue(FQDN, eku=["clientAuth"]), authority.ca_pem)) == {"serverAuth"}
    assert set(tried(authority.issue("another.example.com"), authority.ca_pem)) == {"serverAuth"}
    assert set(tried(authority.issue(FQDN, days=-1), authority.ca_pem)) == set(BOTH)
    assert set(tried(authority.issue(FQDN), Authority("Another CA").ca_pem)) == set(BOTH)
    assert not tried(authority.issue(FQDN, eku=["clientAuth"]), authority.ca_pem, FQDN, "clientAuth")


def test_trials_leave_nothing_behind(authority: Authority) -> None:
    """Contexts are kept: what one trial trusts, or which names it compares, must not reach the next."""
    other = Authority("Another CA")
    for _each in range(2):
        assert not tried(authority.issue(FQDN), authority.ca_pem)
        assert set(tried(other.issue(FQDN), authority.ca_pem)) == set(BOTH)
        assert not tried(other.issue("another.example.com"), other.ca_pem, None)
        assert not tried(other.issue("another.example.com"), other.ca_pem, f"{'x' * 64}.example.com")
        assert set(tried(other.issue("another.example.com"), other.ca_pem)) == {"serverAuth"}


def test_no_file_is_made_for_a_key(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python reports each file that it opens and each folder entry that it makes; OpenSSL gets paths alone."""
    made: list[Any] = []
    loaded: list[tuple[str, ...]] = []
    watching = [True]

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("open", "os.mkdir", "os.rename", "os.link", "os.symlink", "tempfile.mkstemp"):
            made.append((event, arguments[0]))

    load = ssl.SSLContext.load_cert_chain

    def noted(context: ssl.SSLContext, *paths: str, **more: Any) -> None:
        loaded.append(paths)
        load(context, *paths, **more)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", noted)
    trust = trusting(authority.ca_pem)
    material = authority.issue(FQDN)
    key = Secret(str(material.key_pem))
    sys.addaudithook(audit)
    try:
        assert refused_as_server(material.certificate_pem, key, trust, FQDN) is None
    finally:
        watching.clear()
    assert [entry for entry in made if not isinstance(entry[1], int)] == []
    assert len(loaded) == 1
    assert all(path.startswith("/dev/fd/") for path in loaded[0])
    assert list(tmp_path.iterdir()) == []


def test_more_than_a_pipe_holds_is_handed_over(authority: Authority) -> None:
    padding = "# not a certificate\n" * 20_000
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    material = authority.issue(FQDN)
    load_pair(context, padding + material.certificate_pem, Secret(f"{padding}{material.key_pem}"))


@pytest.mark.parametrize(
    "key", ["nothing", "nothing" * 50_000, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_key_is_refused_and_nothing_is_left_open(authority: Authority, key: str) -> None:
    material = authority.issue(FQDN)
    served(material, authority.ca_pem)

    def descriptors() -> int:
        return len(os.listdir("/dev/fd"))

    before, threads = descriptors(), threading.active_count()
    for _each in range(3):
        served(material, authority.ca_pem)
        error = refused_as_server(material.leaf_pem, Secret(key), trusting(authority.ca_pem), FQDN)
        assert isinstance(error, ssl.SSLError)
        assert openssl_reason(error) == "no reason given"
        assert "nothing" not in str(error)
    assert descriptors() == before
    assert threading.active_count() == threads


def test_a_host_without_dev_fd_cannot_try(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: Any, **_more: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", missing)
    with pytest.raises(CannotTry):
        served(authority.issue(FQDN), authority.ca_pem)
