# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What connections trust: loaded once, seen when it was replaced, and never widened by what others trust."""

from __future__ import annotations

import gc
import os
import ssl
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import tls_context
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import (
    Presented,
    prepare_look,
    read_presented,
)
from simulator import Cluster
from simulator.authority import Authority

FQDN = "cluster.example.com"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(nodes=1, fqdn=FQDN, database="none") as running:
        yield running


@pytest.fixture(scope="module")
def public() -> Authority:
    """One that the operating system trusts."""
    return Authority("Public CA")


@pytest.fixture(autouse=True)
def system_store(public: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "system.pem"
    path.write_text(public.ca_pem)
    monkeypatch.setattr(tls_context, "_system_trust", lambda: {"cafile": str(path)})
    return path


@pytest.fixture
def own(authority: Authority, tmp_path: Path) -> str:
    path = tmp_path / "own.pem"
    path.write_text(authority.ca_pem)
    return str(path)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are loaded."""
    files: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def noted(context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        files.append(cafile or capath)
        load(context, cafile, capath, cadata)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noted)
    return files


def present(cluster: Cluster, authority: Authority, **form: Any) -> None:
    issued = authority.issue(FQDN, key="ec", **form)
    cluster.set_certificate("api", issued.certificate_pem, str(issued.key_pem))


def session(cluster: Cluster, ca_path: str | None, **options: Any) -> Session:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    login = {"username": cluster.username, "password": cluster.password}
    return Session(parse_connection({**defaults, "url": cluster.url, "ca_path": ca_path, **login, **options}, {}))


def ask(cluster: Cluster, ca_path: str | None, **options: Any) -> str | int:
    """The status of an answer, or the kind of the failure."""
    with session(cluster, ca_path, **options) as client:
        try:
            return client.request("GET", "/v1/cluster").status
        except CertificateError as error:
            return error.kind


def look(cluster: Cluster, ca_path: str | None, name: str = FQDN) -> Presented:
    trust = tls_context.trusting_context(ca_path, prepare_look)
    return read_presented("127.0.0.1", cluster.api_port, name, 10, trust)


def test_what_others_trust_is_not_trusted(cluster: Cluster, authority: Authority, public: Authority, own: str) -> None:
    present(cluster, public)
    for dummy in range(2):
        assert ask(cluster, None) == 200
        assert look(cluster, None).verify_error is None
        assert ask(cluster, own, validate_certs=False) == 200
        assert ask(cluster, own) == "tls_untrusted"
        verify_error = look(cluster, own).verify_error
        assert verify_error is not None
        assert verify_error.kind == "untrusted"
    present(cluster, authority)
    for dummy in range(2):
        assert ask(cluster, own) == 200
        assert look(cluster, own).verify_error is None
        assert ask(cluster, None) == "tls_untrusted"


def test_a_common_name_covers_nothing(cluster: Cluster, authority: Authority, own: str) -> None:
    """RFC 9525: only subject alternative names count."""
    material = authority.issue("localhost", sans=[])
    cluster.set_certificate("api", material.certificate_pem, str(material.key_pem))
    assert ask(cluster, own, url=cluster.url.replace("127.0.0.1", "localhost")) == "tls_host_mismatch"
    verify_error = look(cluster, own, "localhost").verify_error
    assert verify_error is not None
    assert verify_error.kind == "host_mismatch"


def test_names_are_compared_by_sessions_and_by_looks_at_any_time(
    cluster: Cluster, authority: Authority, own: str
) -> None:
    for sans, status in (([FQDN], "tls_host_mismatch"), ([FQDN, "IP:127.0.0.1"], 200)):
        present(cluster, authority, sans=sans)
        for dummy in range(2):
            assert ask(cluster, own) == status
            assert look(cluster, own).tls_version == "TLSv1.3"
            verify_error = look(cluster, own, "other.example.com").verify_error
            assert verify_error is not None
            assert verify_error.kind == "host_mismatch"


@pytest.mark.parametrize("system", [False, True])
def test_a_file_that_was_replaced_is_seen(
    cluster: Cluster, authority: Authority, public: Authority, own: str, system_store: Path, system: bool
) -> None:
    path = system_store if system else Path(own)
    given, mine, other = (None, public, authority) if system else (own, authority, public)
    present(cluster, mine)
    assert ask(cluster, given) == 200
    new = path.with_suffix(".new")
    new.write_text(other.ca_pem)
    kept = path.stat()
    os.utime(new, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    new.replace(path)
    assert ask(cluster, given) == "tls_untrusted"
    path.write_text(other.ca_pem + mine.ca_pem)
    assert ask(cluster, given) == 200
    path.write_text("no certificate")
    with pytest.raises(CertificateError, match="is not a PEM file"):
        ask(cluster, str(path))


def test_a_bundle_is_loaded_once_for_many_sessions(
    cluster: Cluster, authority: Authority, own: str, system_store: Path, loaded: list[str]
) -> None:
    present(cluster, authority)
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda dummy: ask(cluster, own), range(64))) == {200}
        assert set(threads.map(lambda dummy: ask(cluster, None), range(16))) == {"tls_untrusted"}
    assert sorted(loaded) == [own, str(system_store)]


def test_connections_do_not_change_what_they_share(
    cluster: Cluster, authority: Authority, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    present(cluster, authority)
    assert ask(cluster, own) == 200
    changed: list[str] = []
    for name in ("load_verify_locations", "load_default_certs", "set_ciphers", "set_alpn_protocols"):
        monkeypatch.setattr(ssl.SSLContext, name, lambda *dummy, name=name, **more: changed.append(name))
    assert ask(cluster, own) == ask(cluster, own) == 200
    assert changed == []


def test_only_a_few_are_kept(authority: Authority, tmp_path: Path) -> None:
    made = []
    for number in range(30):
        path = tmp_path / f"{number}.pem"
        path.write_text(authority.ca_pem)
        made.append(weakref.ref(tls_context.trusting_context(str(path), prepare_look)))
    gc.collect()
    alive = [number for number, one in enumerate(made) if one() is not None]
    assert 1 <= len(alive) <= 10
    assert alive[-1] == 29


def test_no_key_is_kept(cluster: Cluster, authority: Authority, own: str, tmp_path: Path) -> None:
    present(cluster, authority)
    client = authority.issue("operator", key="ec")
    pair = tmp_path / "client.pem"
    pair.write_text(client.certificate_pem + str(client.key_pem))
    with session(cluster, own, client_cert=str(pair)) as first, session(cluster, own) as second:
        assert first.request("GET", "/v1/cluster").status == second.request("GET", "/v1/cluster").status == 200
        assert first._context is not second._context
        holding = weakref.ref(first._context)
    del first
    gc.collect()
    assert holding() is None
