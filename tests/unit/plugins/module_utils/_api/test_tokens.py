# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that would end in the middle of a change: what they say, and whether another one is had in time."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.jwt import token_expiry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.tokens import (
    ensure_token_lasts,
    warn_if_token_ends,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.execution import longest_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    replication_certificates,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from hypothesis import given
from hypothesis import strategies as st
from simulator import ActiveActive, Cluster, Fault

REFRESH = "/v1/users/refresh_jwt"


def jwt(claims: Any) -> Secret:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return Secret(f"header.{body}.signature")


@pytest.mark.parametrize("end", [1700000000, 1700000000.5, 0, -5])
def test_a_token_says_when_it_ends(end: float) -> None:
    assert token_expiry(jwt({"exp": end, "sub": "a" * 7})) == end


@pytest.mark.parametrize(
    "token",
    [
        jwt({}),
        jwt({"exp": "1700000000"}),
        jwt({"exp": True}),
        jwt({"exp": None}),
        jwt({"exp": [1]}),
        jwt({"exp": float("nan")}),
        jwt({"exp": float("inf")}),
        jwt([1]),
        jwt("exp"),
        Secret("opaque"),
        Secret("a.b"),
        Secret("a.b.c.d"),
        Secret("a.!!!.c"),
        Secret("a.bm90IGpzb24.c"),
        Secret(".."),
    ],
)
def test_a_token_that_does_not_say_when_it_ends(token: Secret) -> None:
    assert token_expiry(token) is None


@given(st.text(st.characters()) | st.text("ab.=-_e{}0", max_size=20))
def test_no_token_is_too_odd(text: str) -> None:
    end = token_expiry(Secret(text))
    assert end is None or isinstance(end, float)


# What is done about it, with an API that gives what it is made to give.


class Giving:
    """Stands in for the API: has a token, and gives another one or fails."""

    url = "https://cluster.example.com:9443"

    def __init__(self, token: Secret | None, given: Secret | CertificateError | None = None) -> None:
        self.session = SimpleNamespace(token=token, renew_token=self._renew)
        self._given = given
        self.asked: list[int] = []
        self.renewed: list[Secret] = []

    def refresh_token(self, seconds: int) -> Secret:
        self.asked.append(seconds)
        if isinstance(self._given, CertificateError):
            raise self._given
        assert self._given is not None
        return self._given

    def _renew(self, token: Secret) -> None:
        self.renewed.append(token)


def lasting(seconds: float) -> Secret:
    return jwt({"exp": time.time() + seconds})


def outlast(giving: Any, seconds: float) -> None:
    ensure_token_lasts(giving, seconds)


@pytest.mark.parametrize("token", [None, Secret("opaque"), lasting(10**6)])
def test_what_does_not_end_on_the_way_is_kept(token: Secret | None) -> None:
    giving = Giving(token)
    outlast(giving, 900)
    assert (giving.asked, giving.renewed) == ([], [])


@pytest.mark.parametrize(("seconds", "asked"), [(900, 900), (900.2, 901), (10**6, 86400)])
@pytest.mark.parametrize("left", [300, 0, -300])
def test_a_token_that_would_end_is_renewed_for_as_long_as_needed(left: float, seconds: float, asked: int) -> None:
    fresh = lasting(asked - 1)
    giving = Giving(lasting(left), fresh)
    outlast(giving, seconds)
    assert giving.asked == [asked]
    assert [one.reveal() for one in giving.renewed] == [fresh.reveal()]


def test_a_new_token_that_does_not_say_when_it_ends_is_taken() -> None:
    giving = Giving(lasting(300), Secret("opaque"))
    outlast(giving, 900)
    assert len(giving.renewed) == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lasting(300), r"the cluster issues none that lasts longer than [0-9]{1,3} s"),
        (CertificateError("not_found", "Path not found."), r"refreshing it failed: Path not found"),
    ],
)
def test_a_token_that_cannot_be_renewed_is_an_error_before_the_change(
    given: Secret | CertificateError, why: str
) -> None:
    old = lasting(200)
    giving = Giving(old, given)
    with pytest.raises(CertificateError, match=why) as raised:
        outlast(giving, 1500)
    assert raised.value.failure == {"kind": "token_expires", "option": "token", "cluster": giving.url}
    assert "may take 1500 s" in raised.value.message
    assert giving.renewed == []
    for token in (old, given):
        assert not isinstance(token, Secret) or token.reveal() not in raised.value.message


def test_a_change_may_take_its_time_and_the_way_back_as_long_again() -> None:
    params = {"write_timeout": 900, "wait_timeout": 300, "verify_timeout": 300}
    assert longest_change(params) == 1500
    assert longest_change({**params, "rollback": False}) == 1500
    assert longest_change({**params, "rollback": True}) == 3000


# With a real session.


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(2, database="none") as running:
        if running.notice:
            pytest.skip(running.notice)
        yield running


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> None:
    if "cluster" in request.fixturenames:
        running: Cluster = request.getfixturevalue("cluster")
        running.clear_faults()
        running.clear_requests()
        running.move_primary(1)


def session(cluster: Cluster) -> Session:
    """One that logs in by a token that lives 300 seconds."""
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    given = {"url": cluster.url, "token": cluster.token(), "ca_path": cluster.ca_path}
    return Session(parse_connection({**defaults, **given}, {}))


@pytest.mark.parametrize("primary", [1, 2])
def test_the_session_goes_on_with_the_new_token(cluster: Cluster, primary: int) -> None:
    cluster.move_primary(primary)
    with session(cluster) as client:
        api = Api(client)
        api.certificates()
        first = client.token
        assert first is not None
        ensure_token_lasts(api, 3000)
        assert client.token is not None
        end = token_expiry(client.token)
        assert end is not None
        assert end - time.time() > 2900
        api.certificates()
    answered = [(one.method, one.path, one.node_uid, one.status) for one in cluster.requests if one.status != 307]
    assert answered == [
        ("GET", "/v1/cluster/certificates", primary, 200),
        ("POST", REFRESH, primary, 200),
        ("GET", "/v1/cluster/certificates", primary, 200),
    ]


@pytest.mark.parametrize(("status", "kind"), [(404, "path not found"), (401, "authentication failed")])
def test_a_version_that_refreshes_no_token_is_no_crash(cluster: Cluster, status: int, kind: str) -> None:
    cluster.add_fault(Fault("POST", REFRESH, status=status))
    with session(cluster) as client, pytest.raises(CertificateError, match=kind) as raised:
        ensure_token_lasts(Api(client), 3000)
    assert raised.value.kind == "token_expires"
    assert [one.path for one in cluster.requests] == [REFRESH]


def test_a_login_that_has_ended_is_told_from_one_that_is_wrong(cluster: Cluster) -> None:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    ended = jwt({"exp": time.time() - 12}).reveal()
    for token, message in ((ended, r"the token ended 1\d s ago \(HTTP 401.*run again"), ("a.b.c", "Check username")):
        given = {"url": cluster.url, "token": token, "ca_path": cluster.ca_path}
        client = Session(parse_connection({**defaults, **given}, {}))
        with client, pytest.raises(CertificateError, match=message) as raised:
            Api(client).certificates()
        assert raised.value.kind == "unauthorized"


def test_a_token_that_the_next_task_needs_is_warned_about(cluster: Cluster) -> None:
    warnings: list[str] = []
    with session(cluster) as client:
        warn_if_token_ends(Api(client), 250, warnings.append)
        assert warnings == []
        warn_if_token_ends(Api(client), 3000, warnings.append)
    assert "replication_certificates needs it" in warnings[0]


def test_a_token_that_lasts_is_not_refreshed(cluster: Cluster) -> None:
    with session(cluster) as client:
        ensure_token_lasts(Api(client), 250)
    assert cluster.requests == []


@pytest.mark.parametrize("refreshed", [True, False])
def test_peers_are_told_also_where_the_token_cannot_be_refreshed(refreshed: bool) -> None:
    """The certificate has changed already: not to tell them would leave them refusing it."""
    shared, operation = [ActiveActive()], replication_certificates.OPERATION
    with (
        Cluster(nodes=1, database="tls", active_active=shared, refresh_jwt=refreshed) as cluster,
        Cluster(nodes=1, fqdn="peer.example.com", database="tls", active_active=shared),
    ):
        defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
        options = {"url": cluster.url, "ca_path": cluster.ca_path, "token": cluster.token(), "updated": ["proxy"]}
        task = Context({**defaults, **options}, check_mode=False)
        assert operation.run(task)["outcome"] == "changed"
        asked = [request.path for request in cluster.requests if request.method == "POST"]
        assert asked[0] == REFRESH
        assert ["option token: the token ends in" in warning for warning in task.warnings] == [True] * (not refreshed)
