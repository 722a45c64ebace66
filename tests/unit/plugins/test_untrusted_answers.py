# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in any field of any answer: nothing of it acts on a terminal, and nothing fails but that cluster."""

from __future__ import annotations

import functools
import itertools
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.filter.contract_report import contract_report
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import (
    CERTIFICATE_SPEC,
    CONNECTION_SPEC,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract import checks_ports
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate,
    cluster_certificate_info,
    contract_info,
    fleet_certificate_info,
    served_certificate_info,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe import prover, served
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import session, tls_handshake
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Peer, Response
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import Presented
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import writable
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, inputs
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import FORMATS, text_table
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.policy import SPEC, Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator import Cluster, Material, ReplicaSource
from simulator.authority import Authority

EVIL = "\x1b[31mred\x1b]0;title\x07\nok: [payments] FORGED\r\x9b2J\u202egnp\u2066\u2028\ud800"
DEEP: Any = None
for _level in range(200):
    DEEP = [DEEP]
VALUES: list[Any] = [
    EVIL,
    "\ud800",
    "x" * 100_000,
    f"127.0.0.1{EVIL}",
    "",
    "7",
    None,
    True,
    -1,
    10**400,
    float("nan"),
    DEEP,
    [],
    [EVIL],
    [None, {}, 3],
    {},
    {EVIL: EVIL},
    {"name": EVIL, "enabled": EVIL},
]
WHOLE = "https://good.example.com:9443"

Key = tuple[str, str]  # method and path
Place = tuple[Key, tuple[str, ...]]  # an answer, and the way to a field, with * for each entry of a list


class Recording:
    """What a cluster answered, to be answered again with one change."""

    def __init__(self) -> None:
        self.answers: dict[Key, Response] = {}
        self.presented: dict[tuple[Any, ...], Presented] = {}
        self.changes: dict[Key, Callable[[Response], Response]] = {}

    def record(self, patch: pytest.MonkeyPatch) -> None:
        request: Callable[..., Response] = Peer.request
        look = tls_handshake.read_presented

        def recorded(peer: Peer, method: str, path: str, body: Any = None) -> Response:
            answer = request(peer, method, path, body)
            self.answers.setdefault((method, path), answer)
            return answer

        def looked(*where: Any) -> Presented:
            seen = self.presented[(*where[:2], len(where))] = look(*where)
            return seen

        patch.setattr(Peer, "request", recorded)
        self._patch_looks(patch, looked)

    def replay(self, patch: pytest.MonkeyPatch) -> None:
        def request(peer: Peer, method: str, path: str, *_body: Any) -> Response:
            answer = self.answers.get((method, path)) or Response(404, "application/json", None, b"{}", None, None)
            change = self.changes.get((method, path))
            return answer if change is None or peer.url.startswith(WHOLE) else change(answer)

        def look(*where: Any) -> Presented:
            return self.presented.get((*where[:2], len(where)), Presented(reachable=False))

        patch.setattr(Peer, "request", request)
        self._patch_looks(patch, look)

    @staticmethod
    def _patch_looks(patch: pytest.MonkeyPatch, look: Callable[..., Presented]) -> None:
        for module in (checks_ports, prover, served, session):
            patch.setattr(module, "read_presented", look)

    @property
    def places(self) -> list[Place]:
        """Every field of every answer."""
        found: dict[Place, None] = {}
        for key, answer in self.answers.items():
            try:
                value = json.loads(answer.body)
            except ValueError:
                continue
            found.update(((key, way), None) for way in ways(value))
        return list(found)


def ways(value: Any) -> Iterator[tuple[str, ...]]:
    yield ()
    if isinstance(value, dict):
        for name, one in value.items():
            yield from ((name, *rest) for rest in ways(one))
    elif isinstance(value, list):
        for one in value:
            yield from (("*", *rest) for rest in ways(one))


def changed(value: Any, way: tuple[str, ...], new: Any, *, name: bool) -> Any:
    """The value with another one at the end of a way; or with another name of that field."""
    if not way:
        return new
    first, *rest = way
    if isinstance(value, list):
        return [changed(one, tuple(rest), new, name=name) for one in value]
    if not isinstance(value, dict) or first not in value:
        return value
    if name and not rest:
        return {f"{new}{key[-5:]}" if key == first else key: one for key, one in value.items()}
    return {key: changed(one, tuple(rest), new, name=name) if key == first else one for key, one in value.items()}


def acting(value: Any) -> list[str]:
    """Texts in a value that act on a terminal, forge a line, cannot be written, or have no end."""
    if isinstance(value, Mapping):
        return [text for pair in value.items() for one in pair for text in acting(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in acting(one)]
    if not isinstance(value, str):
        return []
    wrong = len(value) > 5000 or any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in value)
    return [value[:200]] if wrong else []


@pytest.fixture(scope="module")
def wanted(authority: Authority) -> Material:
    return authority.issue("cluster.example.com", key="ec")


@pytest.fixture(scope="module")
def recording(wanted: Material) -> Iterator[Recording]:
    made = Recording()
    sources = {"report": [ReplicaSource("redis://admin:secret@192.0.2.9:12000")]}
    with (
        pytest.MonkeyPatch.context() as patch,
        Cluster(
            nodes=2, database="tls", tls_databases=2, active_active=True, replicas=sources, optional=["ldap_client"]
        ) as cluster,
    ):
        own = Authority().issue(f"redis-{cluster.bdbs[-1].port}.cluster.example.com")
        cluster.set_bdb_certificate(cluster.bdbs[-1].uid, own.certificate_pem, str(own.key_pem))
        cluster.metrics.freeze(timestamps=True)  # what it says stays true
        made.record(patch)
        login = {"url": cluster.url, "password": cluster.password, "ca_path": cluster.ca_path}
        for operation, options in runs(wanted, login, cluster.metrics_port):
            assert not run(operation, options)[0].get("failed")
    with pytest.MonkeyPatch.context() as patch:
        made.replay(patch)
        yield made


def runs(
    wanted: Material, login: Mapping[str, Any], metrics_port: int = 8070
) -> Iterator[tuple[Operation, dict[str, Any]]]:
    common = {"username": "admin@example.com", "metrics_port": metrics_port, "retries": 0, "timeout": 5, **login}
    certificate = {"name": "syncer", "certificate": wanted.certificate_pem, "private_key": str(wanted.key_pem)}
    yield cluster_certificate_info.OPERATION, common
    yield served_certificate_info.OPERATION, {**common, "discover": True}
    yield contract_info.OPERATION, common
    defaults = {name: spec.get("default") for name, spec in CERTIFICATE_SPEC.items()}
    yield cluster_certificate.OPERATION, {**defaults, **common, **certificate, "requirements": "warn", "diff": True}
    one = {**dict.fromkeys(CONNECTION_SPEC), "name": "one"}
    yield fleet_certificate_info.OPERATION, {**common, "clusters": [one], "served": True}


def run(operation: Operation, options: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    task = Context({**defaults, **options}, check_mode=True)
    return operation.outcome(task), task.warnings


def report(clusters: list[dict[str, Any]]) -> list[Any]:
    """Everything that a report shows."""
    policy = Policy.parse({name: spec.get("default") for name, spec in SPEC.items()})
    made = assessment.report(inputs.gather(clusters, []).clusters, policy, datetime.now(timezone.utc))
    files = {name: render(made) for name, (_file, render) in FORMATS.items()}
    return [text_table.lines(made), made["findings"], *(content.splitlines() for content in files.values())]


def steady(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("seconds", "read_at")}


@pytest.fixture(scope="module")
def whole(recording: Recording, wanted: Material) -> dict[str, Any]:
    """The entry of a cluster of the fleet that answers as it should."""
    recording.changes = {}
    result, _warnings = run(*fleet(wanted))
    return steady(result["clusters"][1])


def replayed(wanted: Material) -> list[tuple[Operation, dict[str, Any]]]:
    return list(runs(wanted, {"url": "https://evil.example.com:9443", "password": "secret", "validate_certs": False}))


def fleet(wanted: Material) -> tuple[Operation, dict[str, Any]]:
    operation, options = replayed(wanted)[-1]
    members = [{**dict.fromkeys(CONNECTION_SPEC), "name": name} for name in ("evil", "good")]
    members[1]["url"] = WHOLE
    return operation, {**options, "clusters": members}


def assert_harmless(
    recording: Recording,
    wanted: Material,
    whole: Mapping[str, Any],
    key: Key,
    change: Callable[[Response], Response],
) -> None:
    recording.changes = {key: change}
    for operation, options in (*replayed(wanted)[:-1], fleet(wanted)):
        result, warnings = run(operation, options)
        assert result.get("failure", {}).get("kind") != "internal_error", result
        assert acting([{**result, "diff": None}, warnings]) == []
        json.dumps(writable(result), ensure_ascii=False).encode()
        if operation is contract_info.OPERATION and "checks" in result:
            assert [one["id"] for one in result["checks"] if one["reason"] == "broken"] == []
            assert acting(contract_report(result)) == []
    evil, good = result["clusters"]
    assert steady(good) == whole
    assert (evil["error"] or {}).get("failure", {}).get("kind") != "internal_error", evil
    assert acting(report([evil, good])) == []


@settings(max_examples=50)
@given(number=st.integers(0, 2**32), new=st.sampled_from(VALUES), name=st.booleans())
def test_no_field_of_an_answer_acts_on_a_terminal_or_ends_an_operation(
    recording: Recording, wanted: Material, whole: dict[str, Any], number: int, new: Any, name: bool
) -> None:
    key, way = recording.places[number % len(recording.places)]

    def change(answer: Response) -> Response:
        return answer._replace(body=json.dumps(changed(json.loads(answer.body), way, new, name=name)).encode())

    assert_harmless(recording, wanted, whole, key, change)


def _refused(status: int, body: bytes, _answer: Response) -> Response:
    return Response(status, EVIL, f"https://{EVIL}/", body, None, None)


def test_no_error_acts_on_a_terminal(recording: Recording, wanted: Material, whole: dict[str, Any]) -> None:
    body = json.dumps(dict.fromkeys(("error_code", "description", "message"), EVIL)).encode()
    statuses = itertools.cycle((302, 400, 401, 403, 404, 409, 500, 503))
    for key, status in zip(sorted(recording.answers), statuses):
        refused = functools.partial(_refused, status, body)
        assert_harmless(recording, wanted, whole, key, refused)


def test_no_metrics_act_on_a_terminal(recording: Recording, wanted: Material, whole: dict[str, Any]) -> None:
    def change(answer: Response) -> Response:
        return answer._replace(body=answer.body.replace(b'="', f'="{EVIL}'.encode("utf-8", "surrogatepass")))

    metrics = [key for key, answer in recording.answers.items() if b"node_cert_expir" in answer.body]
    assert metrics
    for key in metrics:
        assert_harmless(recording, wanted, whole, key, change)
