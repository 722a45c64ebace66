# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes that would lock out the login that makes them, or the next run, are known before the write."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import Cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change import lockout
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.lockout import (
    find_lockouts,
    warn_about_next_run,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import Change, plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    Connection,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.trial import CannotTry
from simulator.authority import Authority, Material

FQDN = "cluster.example.com"
BASIC = {"username": "admin@example.com", "password": "x"}


@pytest.fixture(scope="module")
def another() -> Authority:
    return Authority("Another CA")


@pytest.fixture
def client(authority: Authority, tmp_path: Path) -> dict[str, str]:
    """A login by client certificate."""
    material = authority.issue("admin")
    (tmp_path / "admin.pem").write_text(material.certificate_pem)
    (tmp_path / "admin.key").write_text(str(material.key_pem))
    return {"client_cert": str(tmp_path / "admin.pem"), "client_key": str(tmp_path / "admin.key")}


def connection(**given: Any) -> Connection:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    return parse_connection({**defaults, "url": f"https://{FQDN}", **given}, {})


def cluster(**settings: Any) -> Cluster:
    return Cluster(FQDN, "8.2.0-46", (), 9443, 8443, settings)


def bundle(pem: str, now: datetime, name: str = "mtls_trusted_ca") -> Change:
    return plan_change(Wanted(name, read_desired(name, {"certificate": pem}, now)), None, force=False, now=now)


def deletion(pem: str, now: datetime, name: str = "mtls_trusted_ca") -> Change:
    return plan_change(Wanted(name, None), Installed.of(name, Stored(pem, None), now), force=False, now=now)


def lost(change: Change, login: dict[str, Any], **settings: Any) -> list[str]:
    found = list(find_lockouts(change, cluster(**settings), connection(**login)))
    assert {(one.id, one.severity, one.certificate) for one in found} <= {
        ("client_login_lost", "error", "mtls_trusted_ca")
    }
    return [one.text for one in found]


def test_a_bundle_without_the_ca_of_the_login(
    authority: Authority, another: Authority, client: dict[str, str], now: datetime
) -> None:
    assert lost(bundle(authority.ca_pem + another.ca_pem, now), client) == []
    (text,) = lost(bundle(another.ca_pem, now), client)
    assert text.startswith("the new CA bundle does not verify client_cert (")
    assert "rladmin" not in text
    (text,) = lost(bundle(another.ca_pem, now), client, control_plane_basic_authentication=False)
    assert "basic authentication is off" in text
    assert lost(bundle(another.ca_pem, now, "sso_issuer"), client) == []


def test_the_bundle_is_deleted(authority: Authority, client: dict[str, str], now: datetime) -> None:
    (text,) = lost(deletion(authority.ca_pem, now), client)
    assert text.startswith("without the CA bundle, the API refuses client_cert")
    assert lost(deletion(authority.ca_pem, now), {**client, **BASIC}) == []
    assert lost(deletion(authority.ca_pem, now), BASIC) == []
    assert lost(deletion(authority.ca_pem, now, "sso_issuer"), client) == []


def test_another_login_counts(another: Authority, client: dict[str, str], now: datetime) -> None:
    """The client certificate may be for a load balancer then, unless the cluster asks for it."""
    change = bundle(another.ca_pem, now)
    assert lost(change, BASIC, mtls_certificate_authentication=True) == []
    for login in ({**client, **BASIC}, {**client, "token": "t"}):
        assert lost(change, login) == lost(change, login, mtls_certificate_authentication=False) == []
        assert len(lost(change, login, mtls_certificate_authentication=True)) == 1


def test_what_cannot_be_tried_is_no_finding(
    another: Authority, client: dict[str, str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_arguments: Any) -> None:
        raise CannotTry

    monkeypatch.setattr(lockout, "refused_as_client", cannot)
    assert lost(bundle(another.ca_pem, now), client) == []


def replaced(material: Material, now: datetime, name: str = "api") -> Change:
    given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    return plan_change(Wanted(name, read_desired(name, given, now)), None, force=False, now=now)


def warned(change: Change, login: Connection) -> list[str]:
    warnings: list[str] = []
    warn_about_next_run([change], login, warnings.append)
    return warnings


@pytest.fixture
def ca_path(authority: Authority, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text(authority.ca_pem)
    return str(path)


def test_an_api_that_the_next_run_accepts(authority: Authority, ca_path: str, now: datetime) -> None:
    for host in (FQDN, f"node1.{FQDN}", "127.0.0.1"):
        login = connection(ca_path=ca_path, url=f"https://{host}:9443", **BASIC)
        assert warned(replaced(authority.issue(FQDN, intermediates=1), now), login) == []


def test_an_api_of_a_ca_that_is_not_trusted(another: Authority, ca_path: str, now: datetime) -> None:
    change = replaced(another.issue(FQDN), now)
    (warning,) = warned(change, connection(ca_path=ca_path, **BASIC))
    assert warning.startswith(
        f"api: the next run will fail on the new certificate: the API's certificate is not trusted: ca_path {ca_path} "
        "does not verify it ("
    )
    assert warning.endswith(
        "Set ca_path to the CA that issued it, or, when it is self-signed, to the certificate itself."
    )
    (warning,) = warned(change, connection(**BASIC))
    assert "the system's trust store does not verify it" in warning


def test_an_api_that_does_not_cover_the_host(authority: Authority, ca_path: str, now: datetime) -> None:
    for host in ("balancer.example.com", "192.0.2.1"):
        login = connection(ca_path=ca_path, url=f"https://{host}", **BASIC)
        (warning,) = warned(replaced(authority.issue(FQDN), now), login)
        assert f"the API's certificate does not cover {host}. Use a host in url that the certificate covers." in warning


def test_who_does_not_verify_is_not_warned(another: Authority, ca_path: str, now: datetime) -> None:
    api = replaced(another.issue("another.example.com"), now)
    assert warned(api, connection(validate_certs=False, **BASIC)) == []
    assert warned(api, connection(url=f"http://{FQDN}", allow_http=True, **BASIC)) == []
    assert warned(replaced(another.issue(FQDN), now, "cm"), connection(ca_path=ca_path, **BASIC)) == []
    assert warned(deletion(another.ca_pem, now), connection(ca_path=ca_path, **BASIC)) == []


def test_a_pair_that_openssl_does_not_take(authority: Authority, other: Material, ca_path: str, now: datetime) -> None:
    change = replaced(authority.issue(FQDN), now)
    assert change.update is not None
    mixed = change.update._replace(private_key=Secret(str(other.key_pem)))
    (warning,) = warned(replace(change, update=mixed), connection(ca_path=ca_path, **BASIC))
    assert "TLS handshake failed (" in warning
