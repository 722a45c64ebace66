# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a cluster answers, no report has anything that identifies it."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.filter.contract_report import contract_report
from cryptography import x509
from hypothesis import example, given, settings
from hypothesis import strategies as st
from simulator import Cluster
from simulator.api import Api
from simulator.authority import fingerprint_of
from simulator.metrics import Metrics
from simulator.web import Answer

from .clusters import CONFIRMED, FQDN, add_neighbours, cluster, run
from .test_vocabulary import is_plain

MARKER = "Tell-Tale"
HOSTILE: list[Any] = [
    MARKER,
    f"{MARKER}.example.com",
    f"https://{MARKER}:pass@192.0.2.77:9443",
    "192.0.2.77",
    "2001:db8::77",
    48151,
    -48151,
    1e308,
    10**40,
    [MARKER, [MARKER]],
    {MARKER: MARKER},
    {"role": MARKER, "status": MARKER, "version": MARKER},
    "8.0.20-48151",
    "x" * 5000,
    "\x00\x1b[31m\ud800",
    None,
    True,
    "",
    [],
    {},
]
LEAKS = (MARKER, "192.0.2.", "2001:db8", "48151", "xxxx", "\x1b")


class Hostile:
    """Puts other values, names and statuses into answers, the same for the same seed."""

    def __init__(self, seed: int, share: float) -> None:
        self._random = random.Random(seed)
        self._share = share
        self._lock = threading.Lock()

    def answer(self, answer: Answer) -> Answer:
        with self._lock:
            if self._random.random() < self._share / 4:
                status = self._random.choice([200, 201, 302, 400, 403, 404, 418, 500])
                return Answer(status, answer.body, answer.content_type, {"Location": f"https://{MARKER}/{MARKER}"})
            try:
                value = json.loads(answer.body)
            except ValueError:
                body = answer.body
                if self._random.random() < self._share:
                    body = body.replace(b'node="', f'{MARKER}="{MARKER}",node="{MARKER}'.encode())
                return Answer(answer.status, body, answer.content_type, answer.headers)
            body = json.dumps(self._changed(value), allow_nan=False).encode()
            return Answer(answer.status, body, answer.content_type, answer.headers)

    def _changed(self, value: Any) -> Any:
        if self._random.random() < self._share / 3:
            return self._random.choice(HOSTILE)
        if isinstance(value, dict):
            changed = {name: self._changed(one) for name, one in value.items()}
            if self._random.random() < self._share:
                changed[MARKER] = MARKER
                changed[f"{MARKER}_cert"] = MARKER
            return changed
        return [self._changed(one) for one in value] if isinstance(value, list) else value


def identifying(made: Cluster) -> Iterator[str]:
    """What would tell a reader which cluster this is."""
    yield from (FQDN, "example.com", made.password, made.username, "127.0.0.", "192.0.2.", "node-1")
    yield from (bdb.name for bdb in made.bdbs if bdb.name != "report")
    yield from map(str, (made.api_port, made.cm_port, made.metrics_port, *(bdb.port for bdb in made.bdbs)))
    for name, held in made.nodes[0].stored.items():
        if held.certificate:
            leaf = x509.load_pem_x509_certificate(held.certificate.encode())
            yield fingerprint_of(leaf)
            yield held.certificate.splitlines()[1]
        if held.key and name:
            yield str(held.key).splitlines()[1]


def shown(result: dict[str, Any]) -> str:
    """All that a module returns and that is printed."""
    return json.dumps(result) + "\n".join(contract_report(result))


@pytest.mark.parametrize("options", [{}, {"handle_redirects": True, "metrics_auth": True}, {"echoes": True}])
def test_nothing_of_a_cluster_is_shown(options: dict[str, Any]) -> None:
    with cluster(**options) as made:
        result = run(made, **CONFIRMED)
        text = shown(result)
        assert [one for one in identifying(made) if one in text] == []
        for line in (*result["server"], *(seen for one in result["checks"] for seen in one["seen"])):
            assert is_plain(line), line


@pytest.fixture(scope="module")
def victim() -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        add_neighbours(patch)
        with cluster() as made:
            yield made


@settings(max_examples=40)
@example(seed=536870913, share=0.4)  # addresses that are none
@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.02, 0.1, 0.4]))
def test_a_hostile_cluster_cannot_put_anything_into_a_report(victim: Cluster, seed: int, share: float) -> None:
    hostile = Hostile(seed, share)
    process, reply = Api._process, Metrics._reply
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Api, "_process", lambda *given: hostile.answer(process(*given)))
        patch.setattr(Metrics, "_reply", lambda *given: hostile.answer(reply(*given)))
        result = run(victim, timeout=2, retries=0)
    if result.get("failed"):
        assert result["failure"]["kind"] != "internal_error", result
        return
    text = shown(result)
    assert [one for one in (*LEAKS, *identifying(victim)) if one in text] == []
    for line in (*result["server"], *(seen for one in result["checks"] for seen in one["seen"])):
        assert is_plain(line), line
    assert [one["id"] for one in result["checks"] if one["reason"] == "broken"] == []
