# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the port of the API is looked at of a cluster that cannot be read, and when not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    Connection,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.api_endpoint import look_at_api
from simulator import Cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(nodes=1, database="none") as made:
        yield made


def connection(url: str) -> Connection:
    given = {option: spec.get("default") for option, spec in CONNECTION_SPEC.items()}
    login = {"username": "a@example.com", "password": "secret words", "allow_http": True}
    return parse_connection({**given, **login, "url": url}, {})


@pytest.mark.parametrize(
    ("kind", "looked"),
    [("connect_timeout", False), ("connection_refused", False), ("unreachable", False), ("unknown_host", False),
     ("proxy", False), ("tls_expired", True), ("tls", True), ("unauthorized", True), ("read_timeout", True),
     ("primary_unreachable", True), ("not_json", True)],
)  # fmt: skip
def test_only_where_something_took_a_connection(cluster: Cluster, kind: str, looked: bool) -> None:
    before = cluster.handshakes("api")
    seen = look_at_api(connection(cluster.url), CertificateError(kind, "why"))
    assert (seen is not None, cluster.handshakes("api") - before) == (looked, looked)
    assert cluster.requests == []


def test_not_past_a_proxy_and_not_without_tls(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    error = CertificateError("unavailable", "why")
    assert look_at_api(connection(cluster.url.replace("https", "http")), error) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert look_at_api(connection(cluster.url), error) is None
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert look_at_api(connection(cluster.url), error) is not None
