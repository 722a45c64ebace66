# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster says of its primary and of nodes that are not active, without a network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import (
    Cluster,
    Primary,
    read_cluster,
    with_primary_now,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.redirects import Place

URL = "https://lb.example.com:9443"
NODES = [
    {"uid": 1, "addr": "10.0.0.1", "external_addr": ["192.0.2.1"], "status": "active"},
    {"uid": 2, "addr": "10.0.0.2", "external_addr": ["192.0.2.2", "2001:DB8:0::2"], "status": "active"},
]
ROLES = {"1": {"role": "slave"}, "2": {"role": "master"}}


class Asked:
    """Stands in for the API, and counts how often it is asked which node is the primary."""

    url = URL

    def __init__(
        self, answering: str, nodes: Any = None, roles: Any = None, redirected: bool = False, **settings: Any
    ) -> None:
        self.session = SimpleNamespace(answering=Place(answering, 9443), redirected=redirected)
        self._nodes = NODES if nodes is None else nodes
        self._roles, self._settings = ROLES if roles is None else roles, settings
        self.times = 0

    def cluster(self) -> Any:
        return {"name": "cluster.example.com", **self._settings}

    def nodes(self) -> Any:
        return self._nodes

    def bootstrap(self) -> Any:
        return {"software_version": "8.0.20-96"}

    def nodes_status(self) -> Any:
        self.times += 1
        if isinstance(self._roles, CertificateError):
            raise self._roles
        return self._roles


def read(asked: Any) -> Cluster:
    return read_cluster(asked, pytest.fail, needed=True)


@pytest.mark.parametrize(("address", "uid"), [("10.0.0.1", 1), ("192.0.2.2", 2), ("2001:db8::2", 2)])
def test_the_node_that_answers_at_its_own_address_is_the_primary(address: str, uid: int) -> None:
    asked = Asked(address)
    assert read(asked).primary == Primary(uid, address)
    assert asked.times == 0


@pytest.mark.parametrize(("address", "settings"), [("lb.example.com", {}), ("10.0.0.1", {"handle_redirects": True})])
def test_behind_a_balancer_or_a_follower_that_passes_requests_on_the_cluster_is_asked(
    address: str, settings: dict[str, Any]
) -> None:
    asked = Asked(address, **settings)
    assert read(asked).primary == Primary(2, "10.0.0.2")
    assert asked.times == 1


@pytest.mark.parametrize(
    ("roles", "primary"),
    [
        ({"7": {"role": "master"}}, Primary(7, None)),
        ({"seven": {"role": "master"}}, Primary("seven", None)),
        ({"1": {"role": "slave"}}, None),
        ({"1": "master", "2": {"role": ["master"]}}, None),
        ({}, None),
        (CertificateError("forbidden", "This user may not."), None),
        (CertificateError("server_error", "It failed."), None),
    ],
)
def test_nothing_depends_on_whether_the_primary_is_known(roles: Any, primary: Primary | None) -> None:
    known = read(Asked("lb.example.com", roles=roles))
    assert known.primary == primary
    assert known.as_dict(URL)["primary"] == (primary and primary.as_dict())


def test_the_primary_of_a_cluster_that_was_not_read_is_not_known() -> None:
    assert Cluster.unknown().as_dict(URL) == {"name": None, "url": URL, "version": None, "primary": None}


def test_the_primary_that_answers_in_the_end_is_the_one_of_the_result() -> None:
    before = read(Asked("10.0.0.1"))
    moved: Any = Asked("192.0.2.2", redirected=True)
    assert with_primary_now(moved, before).primary == Primary(2, "192.0.2.2")
    back: Any = Asked("10.0.0.2")  # the node in url, which would redirect if it were a follower
    assert with_primary_now(back, before).primary == Primary(2, "10.0.0.2")
    for unchanged in (
        Asked("10.0.0.1", redirected=True),
        Asked("203.0.113.9", redirected=True),  # no node that the cluster names
    ):
        same: Any = unchanged
        assert with_primary_now(same, before) is before


def test_a_follower_that_passes_requests_on_is_not_taken_for_the_primary() -> None:
    before = read(Asked("10.0.0.1", handle_redirects=True))
    assert before.primary == Primary(2, "10.0.0.2")
    answering: Any = Asked("10.0.0.1", handle_redirects=True)
    assert with_primary_now(answering, before) is before
    redirecting: Any = Asked("10.0.0.1", redirected=True, handle_redirects=True)
    assert with_primary_now(redirecting, before).primary == Primary(1, "10.0.0.1")


def test_a_primary_that_was_never_known_is_not_made_up() -> None:
    unknown = read(Asked("lb.example.com", roles={}))
    moved: Any = Asked("10.0.0.2", redirected=True)
    assert with_primary_now(moved, unknown).primary is None


@pytest.mark.parametrize("status", ["down", "provisioning", "ACTIVE", "decommissioning"])
def test_every_status_but_active_is_inactive(status: str) -> None:
    known = read(Asked("10.0.0.1", nodes=[NODES[0], {**NODES[1], "status": status}]))
    assert [node.uid for node in known.inactive] == [2]


@pytest.mark.parametrize("status", [None, "", 7, ["down"], "active"])
def test_a_node_of_which_nothing_is_said_is_not_inactive(status: Any) -> None:
    assert read(Asked("10.0.0.1", nodes=[{**NODES[0], "status": status}])).inactive == ()


@pytest.mark.parametrize("name", ["cluster.example.com", "cluster.example.com.", "", None])
def test_the_name_has_no_dot_of_the_root(name: str | None) -> None:
    """A certificate cannot have it (RFC 5280, 4.2.1.6, by RFC 1034), so none is issued with it."""
    assert read(Asked("10.0.0.1", name=name)).name == ("cluster.example.com" if name else None)
