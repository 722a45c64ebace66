# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On simulated clusters of every version and setting all facts hold that count there; how many is known."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.catalogue import CHECKS
from simulator import Cluster
from simulator.authority import Authority, Form, pem_of
from simulator.keys import leaf_key

from .clusters import CONFIRMED, NEWEST_OF_8_0, VERSIONS, Checked, checked, cluster, differing, login, run

#: How many checks hold by version, also those that write; the same with and without handle_redirects.
HOLD = dict(zip(VERSIONS, (71, 76, 76, 77, 91, 92)))
#: What is only there on some clusters.
REDIRECTING = {"follower_redirects", "redirect_leads_to_primary", "master_answers"}
HANDING_ON = {"follower_hands_on", "follower_answers_for_primary", "follower_demands_login"}


def not_checked(found: Checked, *reasons: str) -> set[str]:
    return {name for name, one in found.items() if one["reason"] in reasons}


def holding(found: Checked) -> int:
    assert differing(found) == set()
    return Counter(one["outcome"] for one in found.values())["holds"]


@pytest.mark.parametrize("handle_redirects", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(version: str, handle_redirects: bool) -> None:
    with cluster(version=version, handle_redirects=handle_redirects) as made:
        found = checked(made, **CONFIRMED)
        assert holding(found) == HOLD[version]
        assert not_checked(found, "permission", "login", "unreachable", "unclear", "not_asked") == set()
        nothing = not_checked(found, "nothing")
        assert nothing & (REDIRECTING | HANDING_ON) == (REDIRECTING if handle_redirects else HANDING_ON)


def test_every_check_counts_somewhere() -> None:
    held = set()
    for version, more in (
        ("7.4.6-280", {}),
        ("7.8.6-303", {}),
        (NEWEST_OF_8_0, {"handle_redirects": True, "metrics_auth": True, "needs_root": True}),
        ("8.2.0-46", {}),
    ):
        with cluster(version=version, **more) as made:
            found = checked(made, **CONFIRMED)
            assert differing(found) == set()
            held |= {name for name, one in found.items() if one["outcome"] == "holds"}
    assert held == {one.id for one in CHECKS}


@pytest.mark.parametrize(
    ("role", "holds", "unseen"),
    [
        ("admin", 81, 0),
        ("cluster_member", 76, 5),
        ("cluster_viewer", 76, 5),
        ("db_member", 76, 5),
        ("db_viewer", 76, 5),
        ("user_manager", 78, 3),
    ],
)
def test_every_role(role: str, holds: int, unseen: int) -> None:
    with cluster() as made:
        found = checked(made, **login(made, role))
        assert holding(found) == holds
        assert len(not_checked(found, "permission")) == unseen


def test_a_role_that_may_see_nothing() -> None:
    with cluster() as made:
        result = run(made, **login(made, "none"))
        outcomes = Counter((one["outcome"], one["reason"]) for one in result["checks"])
        assert result["counts"]["differs"] == 0
        assert outcomes["not_checked", "permission"] > 40
        assert "nodes: 0" in result["server"]


@pytest.mark.parametrize("role", ["db_member", "db_viewer"])
def test_a_role_that_is_for_some_databases(role: str) -> None:
    with cluster(version="8.2.0-46", scopes={role: [1, 3]}) as made:
        found = checked(made, **login(made, role))
        assert differing(found) == set()
        assert found["databases_are_listed"]["seen"] == ["entries: 2, object"]
        assert found["pages_have_size"]["reason"] == "nothing"


def test_login_by_token() -> None:
    with cluster() as made:
        found = checked(made, token=made.token())
        assert holding(found) == 73
        assert len(not_checked(found, "login")) == 9


def test_login_by_client_certificate(tmp_path: Any) -> None:
    authority = Authority("Clients")
    with cluster() as made:
        made.set_certificate("mtls_trusted_ca", authority.ca_pem)
        key = leaf_key("rsa")
        own = authority.sign(Form(common_name=made.username, eku=("clientAuth",)), key.private)
        place = tmp_path / "client.pem"
        place.write_text(pem_of(own) + str(key.pem))
        found = checked(made, client_cert=str(place), username=None)
        assert differing(found) == set()
        assert len(not_checked(found, "login")) == 9


@pytest.mark.parametrize(("role", "holds"), [("admin", True), ("db_viewer", False)])
def test_metrics_behind_a_login(role: str, holds: bool) -> None:
    with cluster(metrics_auth=True) as made:
        found = checked(made, **login(made, role))
        assert differing(found) == set()
        assert found["metrics_demand_login"]["seen"][0] == "metrics_auth: true"
        assert (found["metrics_tell_ends"]["outcome"] == "holds") is holds
        assert found["metrics_take_basic"]["outcome"] == ("holds" if holds else "not_checked")


@pytest.mark.parametrize(
    ("options", "unreached"),
    [
        ({"internal": {2: "192.0.2.2", 3: "192.0.2.3"}}, {"follower_redirects", "local_path_is_local"}),
        ({"nodes": 1}, set()),
        ({"down": [3]}, set()),
        ({"database": "none", "tls_databases": 1}, set()),
        ({"unset": "empty"}, set()),
        ({"unset": "null"}, set()),
        ({"expires": {"proxy": -3}}, set()),
    ],
)
def test_other_clusters(options: dict[str, Any], unreached: set[str]) -> None:
    if options.get("database") == "none":
        options |= {"active_active": False}
    with cluster(**options) as made:
        found = checked(made, timeout=0.3)
        assert differing(found) == set()
        assert unreached <= not_checked(found, "unreachable")


def test_a_url_that_leads_to_a_follower() -> None:
    with cluster(primary=2) as made:
        result = run(made)
        assert result["counts"] == {"holds": 81, "differs": 0, "not_checked": 19}
        assert "url leads to: follower" in result["server"]


def test_a_cluster_without_verification() -> None:
    with cluster() as made:
        found = checked(made, ca_path=None, validate_certs=False)
        assert holding(found) == 81


def test_no_follower_gets_a_login_where_it_would_redirect() -> None:
    with cluster() as made:
        made.clear_requests()
        checked(made)
        asked = [request for request in made.requests if request.node_uid != made.primary.uid]
        assert len(asked) >= 4
        assert {request.authentication for request in asked} == {None}


def test_nothing_is_written_unless_asked_for() -> None:
    with cluster() as made:
        before = [node.stored for node in made.nodes]
        made.clear_requests()
        result = run(made)
        assert {request.path for request in made.writes} <= {"/v1/users/refresh_jwt"}
        assert [node.stored for node in made.nodes] == before
        assert result["changed"] is False
        assert result["restored"] is None


def test_a_cluster_that_is_not_there_fails() -> None:
    with cluster() as made:
        made.outage(60)
        failed = run(made, retries=0)
        assert (failed["failed"], failed["failure"]["kind"]) == (True, "connection_refused")


def test_a_wrong_login_fails() -> None:
    with cluster() as made:
        failed = run(made, username="admin@example.com", password="wrong")
        assert failed["failure"]["kind"] == "unauthorized"


def test_checks_are_well_formed() -> None:
    assert len({one.id for one in CHECKS}) == len(CHECKS) == 100
    assert len({one.title for one in CHECKS}) == len(CHECKS)
    for one in CHECKS:
        assert one.source
        assert one.id.replace("_", "").isalnum()
        assert one.title[0].isupper() or one.title.startswith("mtls")
        assert not one.title.endswith(".")


def test_one_cluster_can_be_asked_twice() -> None:
    with Cluster(nodes=1, database="none") as made:
        assert run(made)["counts"] == run(made)["counts"]
