# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced updates and replica sources, with a session that answers from memory, in the order of the requests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.replica_source import Pin
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.replication import (
    Crdb,
    CrdbTask,
    ReplicationApi,
    TaskError,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.forced_update import (
    ForcedUpdate,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.preflight import (
    check_writable,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.repinning import Repinning
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.steps import Cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Response
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import Retries
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import is_plain
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material

FIELDS = ["guid", "name", "uid", "id", "status", "errors", "instances", "cluster", "replica_sources"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(FIELDS), inner),
)
GUID = "552bbccb-99f3-4142-bd17-93d245f0bc79"
UPDATES = f"/v1/crdbs/{GUID}/updates"
URL = "https://cluster.example.com:9443"
LOST = CertificateError("connection_lost", "The answer was lost.")


class Script:
    """Answers the requests in turn, and keeps them; the last answer stays."""

    url = URL
    secrets: Sequence[Any] = ()
    token = None
    answering = SimpleNamespace(host="192.0.2.1")

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, str, Any]] = []

    def request(self, method: str, path: str, body: Any = None) -> Response:
        self.requests.append((method, path, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        return Response(status, "application/json", None, json.dumps(content).encode(), None, None)

    def learn(self, nodes: Any) -> None:
        """What the addresses of nodes are for is of no interest here."""


class Paths(Script):
    """Answers each path with what it was given; what is not there has the status 404."""

    def __init__(self, **answers: Any) -> None:
        super().__init__(None)
        self.paths = {f"/v1/{name.replace('__', '/')}": answer for name, answer in answers.items()}

    def request(self, method: str, path: str, body: Any = None) -> Response:
        self.answers = [self.paths.get(path, (404, {}))]
        return super().request(method, path, body)


def api(*answers: Any) -> Any:
    session: Any = Script(*answers)
    return ReplicationApi(session)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


def cluster(*answers: Any, retries: int = 3) -> Cluster:
    return Cluster(api(*answers), Retries(retries, 0, 0), wait_timeout=0.2)


def requests(cluster: Cluster) -> list[tuple[str, str, Any]]:
    session: Any = cluster.api.session
    return session.requests  # type: ignore[no-any-return]


# The endpoints


def kind(read: Callable[[], Any]) -> str | None:
    """Of the failure, if there is one."""
    try:
        read()
    except CertificateError as error:
        return error.kind
    return None


@given(JSON)
def test_any_json_is_databases_or_refused(answer: Any) -> None:
    for read in (api(answer).crdbs, api(answer).databases, lambda: api(answer).crdb_task("t")):
        assert kind(read) in (None, "unexpected_json")


@given(JSON)
def test_any_json_names_a_task_or_none(answer: Any) -> None:
    task = answer.get("id") if isinstance(answer, dict) else None
    # It is sent back as it is, so that one which does not print is none.
    number = isinstance(task, int) and not isinstance(task, bool) and abs(task) < 2**63
    named = number or (isinstance(task, str) and task != "" and is_plain(task))
    assert kind(lambda: api(answer).force_update(GUID)) == (None if named else "task_unknown")


@pytest.mark.parametrize("entry", [{}, {"guid": "", "uid": None}, {"guid": 7, "uid": []}])
def test_a_database_that_cannot_be_named_is_refused(entry: dict[str, Any]) -> None:
    assert kind(api([entry]).crdbs) == kind(api([entry]).databases) == "unexpected_json"


def test_paths_are_quoted() -> None:
    client = api({"id": "a/b?c", "status": "queued"})
    assert client.force_update("../x") == "a/b?c"
    client.crdb_task("a/b?c")
    assert client.session.requests == [
        ("POST", "/v1/crdbs/..%2Fx/updates", {"force_update": True}),
        ("GET", "/v1/crdb_tasks/a%2Fb%3Fc", None),
    ]


def test_only_names_and_identifiers_come_out_of_a_task() -> None:
    errors = [
        {"cluster_name": "b.example.com", "error_code": "timeout", "description": "a secret"},
        {"cluster_name": "a secret", "error_code": "A secret"},
        "a secret",
    ]
    task = api({"status": "failed", "errors": errors}).crdb_task("t")
    assert task == CrdbTask("failed", (TaskError("b.example.com", "timeout"), TaskError(None, None)))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "update_refused"),
        (403, "forbidden"),
        (404, "not_found"),
        (406, "update_refused"),
        (409, "conflict"),
        (503, "unavailable"),
    ],
)
def test_what_a_status_of_a_forced_update_means(status: int, kind: str) -> None:
    with pytest.raises(CertificateError) as raised:
        api((status, {"error_code": "some_code"})).force_update(GUID)
    assert raised.value.failure == {"kind": kind, "cluster": URL, "status": status, "error_code": "some_code"}


# Active-Active


def forced(cluster: Cluster) -> dict[str, Any]:
    step = ForcedUpdate(Crdb(GUID, "orders", ("a.example.com", "b.example.com")), needed=True)
    step.take(cluster)
    return {**step.as_dict(), "message": step.failure.message if step.failure else None}


def test_a_database_without_a_name_is_called_by_its_guid() -> None:
    assert ForcedUpdate(Crdb(GUID, None, ()), needed=True).label == f"Active-Active database {GUID}"


def test_a_task_is_waited_for() -> None:
    states = [{"status": status} for status in ("queued", "started", "finished")]
    where = cluster({"id": 7, "status": "queued"}, *states)
    result = forced(where)
    assert (result["outcome"], result["status"], result["failure"]) == ("changed", "finished", None)
    assert requests(where) == [("POST", UPDATES, {"force_update": True})] + [("GET", "/v1/crdb_tasks/7", None)] * 3


@pytest.mark.parametrize("status", ["failed", "finished"])
def test_errors_are_never_success(status: str) -> None:
    errors = [{"cluster_name": "b.example.com", "error_code": "timeout", "description": "a secret"}]
    result = forced(cluster({"id": "t"}, {"status": status, "errors": errors}))
    assert (result["outcome"], result["failure"]["kind"]) == ("partial", "update_failed")
    assert result["errors"] == [{"cluster_name": "b.example.com", "error_code": "timeout"}]
    assert "b.example.com (timeout)" in result["message"]
    assert "secret" not in str(result)


def test_a_failure_without_errors_is_a_failure() -> None:
    assert forced(cluster({"id": "t"}, {"status": "failed"}))["failure"]["kind"] == "update_failed"


@pytest.mark.parametrize("status", ["started", "a state of tomorrow", None])
def test_what_does_not_end_is_given_up(status: str | None) -> None:
    result = forced(cluster({"id": "t"}, {"status": status}))
    assert (result["outcome"], result["failure"]["kind"]) == ("partial", "update_not_finished")
    assert "tomorrow" not in result["message"]


@pytest.mark.parametrize("answer", [(404, {}), (403, {}), (401, {})])
def test_a_task_that_cannot_be_asked_for_is_no_success(answer: Any) -> None:
    where = cluster({"id": "t"}, answer)
    result = forced(where)
    assert (result["outcome"], result["failure"]["status"]) == ("partial", answer[0])
    assert len(requests(where)) == 2


def test_what_fails_unforeseen_does_not_hide_that_something_was_sent(material: Material, other: Material) -> None:
    error = RuntimeError("hunter2")
    result = forced(cluster({"id": "t"}, error))
    assert (result["outcome"], result["failure"]) == ("partial", {"kind": "internal_error"})
    assert "The update may have been made" in result["message"]
    assert "hunter2" not in result["message"]
    outcome, (entry,) = repinned(material, other, cluster(bdbs(other), bdbs(other), {}, error))
    assert (outcome, entry["outcome"], entry["failure"]) == ("partial", "partial", {"kind": "internal_error"})
    with pytest.raises(KeyboardInterrupt):
        forced(cluster({"id": "t"}, KeyboardInterrupt()))


def test_the_last_reason_is_told_when_the_task_cannot_be_read_in_time() -> None:
    assert forced(cluster({"id": "t"}, {"status": "started"}, (503, {})))["failure"]["kind"] == "unavailable"


@pytest.mark.parametrize("failure", [LOST, (409, {}), (500, {}), (504, {}), CertificateError("connection_refused", "")])
def test_a_forced_update_is_sent_again(failure: Any) -> None:
    where = cluster(failure, {"id": "second"}, {"status": "finished"})
    assert forced(where)["outcome"] == "changed"
    assert [path for _method, path, _body in requests(where)] == [UPDATES, UPDATES, "/v1/crdb_tasks/second"]


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [
        ([(403, {})], "failed_unchanged"),
        ([(409, {})], "failed_unchanged"),
        ([CertificateError("connection_refused", "")], "failed_unchanged"),
        ([LOST], "partial"),
        ([LOST, (409, {})], "partial"),
        ([(500, {}), (403, {})], "partial"),
    ],
)
def test_whether_one_was_perhaps_begun(failures: list[Any], outcome: str) -> None:
    assert forced(cluster(*failures))["outcome"] == outcome


@pytest.mark.parametrize(
    ("version", "expired", "said"),
    [
        ("7.8.2-33", True, "Version 7.8.2-33 refuses it when syncer of this cluster has expired"),
        ("7.8.2-33", False, "refuses it when proxy or syncer of a participating cluster has expired"),
        ("7.8.2-34", True, None),
        (None, True, None),
    ],
)
def test_an_update_that_is_not_accepted_because_something_has_expired(
    authority: Authority, material: Material, version: str | None, expired: bool, said: str | None
) -> None:
    syncer = authority.issue(key="ec", days=-1).certificate_pem if expired else material.certificate_pem
    session: Any = Paths(
        **{f"crdbs__{GUID}__updates": (406, {})},
        nodes=[{"uid": 1, "addr": "192.0.2.1", "software_version": version}],
        cluster__certificates={"proxy_cert": material.certificate_pem, "syncer_cert": syncer},
    )
    result = forced(Cluster(ReplicationApi(session), Retries(3, 0, 0), wait_timeout=0.2))
    assert (result["outcome"], result["failure"]["kind"]) == ("failed_unchanged", "update_refused")
    assert result["failure"]["status"] == 406
    assert ("RS125934" in result["message"]) is bool(said)
    assert (said or "the cluster cannot accept the update") in result["message"]
    assert [path for _method, path, _body in session.requests].count(UPDATES) == 1


def test_what_explains_a_refusal_need_not_be_there() -> None:
    result = forced(cluster((406, {}), (503, {})))
    assert (result["outcome"], result["failure"]["kind"]) == ("failed_unchanged", "update_refused")


# Replica Of


def bdbs(*pinned: Material, **more: Any) -> list[dict[str, Any]]:
    entries = [
        {"uid": uid, "uri": f"rediss://u:p@s.example.com:{uid}", "server_cert": one.certificate_pem, **more}
        for uid, one in enumerate(pinned, 1)
    ]
    return [{"uid": 1, "name": "first"}, {"uid": 3, "name": "reports", "replica_sources": entries}]


def repinned(material: Material, old: Material, where: Cluster) -> tuple[str, list[dict[str, Any]]]:
    """The outcome, and the entries of the result; the plan was made from the first answer."""
    fingerprints = api(bdbs(material)).databases()[1].sources[0].fingerprints
    step = Repinning(where.api.databases()[1], Pin(material.certificate_pem, fingerprints, (), old.fingerprint))
    step.take(where)
    return step.outcome, step.as_list()


def test_it_is_read_right_before_it_is_written_and_after(material: Material, other: Material) -> None:
    old, new = bdbs(other, unknown=1), bdbs(material, unknown=1)
    where = cluster(old, old, {}, new)
    outcome, (entry,) = repinned(material, other, where)
    assert (outcome, entry["outcome"], entry["failure"]) == ("changed", "changed", None)
    assert [request[:2] for request in requests(where)] == [
        ("GET", "/v1/bdbs"),
        ("GET", "/v1/bdbs"),
        ("PUT", "/v1/bdbs/3"),
        ("GET", "/v1/bdbs"),
    ]
    assert requests(where)[2][2] == {"replica_sources": new[1]["replica_sources"]}


def test_somebody_else_has_done_it(material: Material, other: Material) -> None:
    where = cluster(bdbs(other), bdbs(material))
    assert repinned(material, other, where)[0] == "unchanged"
    assert {method for method, _path, _body in requests(where)} == {"GET"}


def test_a_database_that_is_gone(material: Material, other: Material) -> None:
    outcome, (entry,) = repinned(material, other, cluster(bdbs(other), []))
    assert (outcome, entry["failure"]["kind"]) == ("failed_unchanged", "not_found")


@pytest.mark.parametrize("status", [None, "in-sync"])
def test_what_only_the_server_sets_is_left_out_when_it_wants_that(
    material: Material, other: Material, status: str | None
) -> None:
    more = {"status": status} if status else {}
    old, new = bdbs(other, **more), bdbs(material)
    where = cluster(old, old, (400, {}), {}, new)
    outcome, dummy = repinned(material, other, where)
    sent = [body["replica_sources"] for method, _path, body in requests(where) if method == "PUT"]
    if status:
        assert (outcome, sent[1]) == ("changed", new[1]["replica_sources"])
    else:
        assert (outcome, len(sent)) == ("failed_unchanged", 1)


def test_a_lost_answer_is_followed_by_a_read(material: Material, other: Material) -> None:
    old, new = bdbs(other), bdbs(material)
    made = cluster(old, old, LOST, new)
    assert repinned(material, other, made)[0] == "changed"
    not_made = cluster(old, old, LOST, old, old, {}, new)
    assert repinned(material, other, not_made)[0] == "changed"
    for where, writes in ((made, 1), (not_made, 2)):
        assert [method for method, _path, _body in requests(where)].count("PUT") == writes


def test_a_lost_answer_and_then_nothing(material: Material, other: Material) -> None:
    old = bdbs(other)
    outcome, (entry,) = repinned(material, other, cluster(old, old, LOST, (503, {}), retries=1))
    assert (outcome, entry["outcome"], entry["after"]) == ("partial", "partial", None)


def test_what_the_server_did_half(material: Material, other: Material) -> None:
    old, half = bdbs(other, other), bdbs(material, other)
    outcome, entries = repinned(material, other, cluster(old, old, {}, half))
    assert outcome == "partial"
    assert {entry["failure"]["kind"] for entry in entries} == {"not_proven"}


def test_what_the_server_dropped_is_not_proven(material: Material, other: Material) -> None:
    old = bdbs(other)
    outcome, (entry,) = repinned(material, other, cluster(old, old, {}, bdbs()))
    assert (outcome, entry["failure"]["kind"]) == ("partial", "not_proven")


def test_what_cannot_be_read_back_is_not_proven(material: Material, other: Material) -> None:
    old = bdbs(other)
    where = cluster(old, old, {}, (403, {}))
    outcome, (entry,) = repinned(material, other, where)
    assert (outcome, entry["after"], entry["failure"]["kind"]) == ("partial", None, "not_proven")
    assert len(requests(where)) == 4


PENDING = "active-change-pending"


def in_state(status: Any, *pinned: Material) -> list[dict[str, Any]]:
    databases = bdbs(*pinned)
    databases[1]["status"] = status
    return databases


def methods(where: Cluster) -> list[str]:
    return [method for method, _path, _body in requests(where)]


def test_a_change_is_made_when_the_database_is_active(material: Material, other: Material) -> None:
    old, busy, new = in_state("active", other), in_state(PENDING, other), in_state("active", material)
    where = cluster(old, busy, busy, old, {}, new)
    assert repinned(material, other, where)[0] == "changed"
    assert methods(where) == ["GET", "GET", "GET", "GET", "PUT", "GET"]


def test_a_change_has_arrived_when_the_database_is_active_again(material: Material, other: Material) -> None:
    old, new = in_state("active", other), in_state("active", material)
    for meanwhile in (in_state(PENDING, other), in_state(PENDING, material)):
        where = cluster(old, old, {}, meanwhile, meanwhile, new)
        assert repinned(material, other, where)[0] == "changed"
        assert methods(where).count("PUT") == 1
        assert len(requests(where)) == 6


@pytest.mark.parametrize(("status", "said"), [(PENDING, PENDING), ("A state of tomorrow", "in an unknown state")])
def test_a_database_that_is_never_active_is_not_written(
    material: Material, other: Material, status: str, said: str
) -> None:
    where = cluster(in_state(status, other))
    step = Repinning(where.api.databases()[1], Pin(material.certificate_pem, ("new",), (), other.fingerprint))
    step.take(where)
    assert step.failure is not None
    assert (step.outcome, step.failure.kind) == ("failed_unchanged", "database_busy")
    assert f"is still {said} after 0.2 s (wait_timeout)" in step.failure.message
    assert set(methods(where)) == {"GET"}


def test_a_change_that_stays_pending_is_not_proven(material: Material, other: Material) -> None:
    old = in_state("active", other)
    where = cluster(old, old, {}, in_state(PENDING, material))
    outcome, (entry,) = repinned(material, other, where)
    assert (outcome, entry["failure"]["kind"], entry["after"]) == ("partial", "not_proven", None)


def test_the_message_names_the_state_at_the_end(material: Material, other: Material) -> None:
    old = in_state("active", other)
    for last, said in ((in_state(PENDING, material), f"is still {PENDING}"), (old, "still reports other sources")):
        where = cluster(old, old, {}, last)
        step = Repinning(where.api.databases()[1], Pin(material.certificate_pem, ("new",), (), other.fingerprint))
        step.take(where)
        assert step.failure is not None
        assert said in step.failure.message


def test_a_busy_database_is_waited_for_and_tried_again(material: Material, other: Material) -> None:
    """Somebody else's change came between the read and the write."""
    old, busy, new = in_state("active", other), in_state(PENDING, other), in_state("active", material)
    where = cluster(old, old, (409, {}), busy, busy, old, {}, new)
    assert repinned(material, other, where)[0] == "changed"
    assert methods(where).count("PUT") == 2
    assert where.retries.attempts == 2


def test_a_database_that_stays_busy_is_unchanged(material: Material, other: Material) -> None:
    old = bdbs(other)
    outcome, (entry,) = repinned(material, other, cluster(old, old, (409, {}), old, (409, {}), retries=1))
    assert (outcome, entry["failure"]["kind"], entry["after"]) == ("failed_unchanged", "conflict", entry["before"])


def test_a_lost_answer_is_judged_when_the_database_is_active(material: Material, other: Material) -> None:
    old, pending, new = in_state("active", other), in_state(PENDING, other), in_state("active", material)
    where = cluster(old, old, LOST, pending, pending, new)
    assert repinned(material, other, where)[0] == "changed"
    assert methods(where).count("PUT") == 1


def test_what_is_masked_is_never_sent_back(material: Material, other: Material) -> None:
    """Masking was switched on after the plan was made."""
    masked = bdbs(other)
    masked[1]["replica_sources"][0]["uri"] = "rediss://u:*****@s.example.com:1"
    where = cluster(bdbs(other), masked)
    outcome, (entry,) = repinned(material, other, where)
    assert (outcome, entry["failure"]["kind"]) == ("failed_unchanged", "credentials_masked")
    assert set(methods(where)) == {"GET"}


# Before the first write


def planned(material: Material, other: Material, session: Script) -> tuple[ReplicationApi, list[Repinning]]:
    client = ReplicationApi(session)  # type: ignore[arg-type]
    pin = Pin(material.certificate_pem, ("new",), (), other.fingerprint)
    return client, [step for one in client.databases() for step in [Repinning(one, pin)] if step.needed]


@pytest.mark.parametrize("masked", ["cluster", "source"])
def test_masked_credentials_are_refused_before_anything_is_sent(
    material: Material, other: Material, masked: str
) -> None:
    databases = bdbs(other)
    if masked == "source":
        databases[1]["replica_sources"][0]["uri"] = "rediss://admin:****@s.example.com:1"
    session = Paths(bdbs=databases, cluster={"mask_bdb_credentials": masked == "cluster"})
    client, steps = planned(material, other, session)
    with pytest.raises(CertificateError) as raised:
        check_writable(client, steps, lambda message: None)
    assert raised.value.kind == "credentials_masked"
    assert "mask_bdb_credentials" in raised.value.message
    assert "Nothing was sent" in raised.value.message


def test_nothing_is_asked_where_nothing_is_to_be_written(material: Material) -> None:
    session = Paths(bdbs=bdbs(material))
    check_writable(ReplicationApi(session), [], lambda message: None)  # type: ignore[arg-type]
    assert session.requests == []


@pytest.mark.parametrize(
    ("version", "days", "refused"),
    [("7.8.2-33", -1, True), ("7.8.2-34", -1, False), ("7.8.2-33", 9, False)],
)
def test_an_expired_client_certificate_blocks_every_update(
    authority: Authority, material: Material, other: Material, version: str, days: int, refused: bool
) -> None:
    client_cert = authority.issue("client.example.com", key="ec", days=days).certificate_pem
    for field in ("authentication_ssl_client_certs", "authentication_ssl_crdt_certs"):
        first, second = bdbs(other)
        third = {**second, "uid": 4, "name": "free"}
        second[field] = [{"client_cert": "rubbish"}, {"client_cert": client_cert}, None]
        nodes = [{"uid": 1, "addr": "192.0.2.1", "software_version": version}]
        client, steps = planned(material, other, Paths(bdbs=[first, second, third], cluster={}, nodes=nodes))
        check_writable(client, steps, lambda message: None)
        assert [step.failure is not None for step in steps] == [refused, False]
        if steps[0].failure is not None:
            assert (steps[0].outcome, steps[0].failure.kind) == ("failed_unchanged", "client_certificate_expired")
            for part in ("RS133653", "client.example.com", "7.8.2-34", field):
                assert part in steps[0].failure.message
