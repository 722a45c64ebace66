# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the API: wrong JSON, through whole operations; and bytes that are hardly HTTP, through a session."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import cluster_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session

from .corpus import Answer, Corpus
from .engine import Target
from .mutation import json_bytes, mutate_bytes, mutate_json, mutate_text
from .offline import answered, sending
from .operations import OPERATIONS, Options, outcome

_STATUSES = (200, 201, 204, 302, 307, 308, 400, 401, 403, 404, 405, 406, 409, 429, 500, 501, 503, 505)
_LOCATIONS = (
    "https://127.0.0.2:9443",
    "https://evil.example.com:9443/v1/cluster",
    "http://127.0.0.1",
    "//x",
    "/login",
    "\x1b[2J",
)

_HEADERS = (
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
    b"Retry-After: " + b"9" * 400 + b"\r\n",
    b"Location: https://[::1:9443/\r\n",
    b"Location: https://user:pw@127.0.0.2:9443/v1/cluster\r\n",
    b"Set-Cookie: " + b"a=b; " * 50 + b"\r\n",
    b"X: \x00\xff\r\n",
    b" folded\r\n",
)


def targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    ca_path = folder / "ca.pem"
    ca_path.write_text(corpus.ca)
    options = Options("https://127.0.0.1:9443", "admin@example.com", corpus.passwords[0], str(ca_path))

    def run(given: bytes) -> Any:
        case = json.loads(given)
        named = OPERATIONS[case["operation"]]
        with answered({**corpus.answers, **case["answers"]}):
            result, warnings = outcome(
                named,
                options,
                corpus.chains[0],
                corpus.private_keys[0],
                check_mode=not (named.written and case["written"]),
            )
        # An operation catches what it does not expect, and that is a bug.
        if result.get("failure", {}).get("kind") == "internal_error":
            raise AssertionError(result["msg"])
        return [result, warnings]

    def send(given: bytes) -> Any:
        connection = parse_connection(_defaults(cluster_certificate_info.OPERATION, options), {})
        with sending(given), Session(connection) as session:
            api = Api(session)
            return [len(session.request("GET", "/v1/cluster").body), dict(api.cluster()) and None]

    return [
        Target("answers", lambda chance: _mutated(chance, corpus), run, weight=3),
        Target("http", lambda chance: _message(chance, corpus), send, (CertificateError,), weight=2),
    ]


def _defaults(operation: Operation, options: Options) -> dict[str, Any]:
    params = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    plain = {"url": "http://127.0.0.1:8080", "allow_http": True, "ca_path": None, "timeout": 2}
    return {**params, **options._asdict(), **plain}


def _mutated(chance: Random, corpus: Corpus) -> bytes:
    chosen = chance.sample(sorted(corpus.answers), chance.choice((1, 1, 2, 4)))
    case = {
        "operation": chance.randrange(len(OPERATIONS)),
        "written": chance.random() < 0.5,
        "answers": {request: _answer(chance, corpus.answers[request], corpus) for request in chosen},
    }
    return json.dumps(case).encode()


def _answer(chance: Random, answer: Answer, corpus: Corpus) -> Answer:
    changed, way = dict(answer), chance.random()
    if way < 0.15:
        changed["status"] = chance.choice(_STATUSES)
    if way < 0.05:
        changed["location"] = mutate_text(chance, chance.choice(_LOCATIONS))
    if way < 0.03:
        # A server that quotes what it should not. That a word is the password of another one, nobody can know.
        quoted = chance.choice([*corpus.clear, corpus.passwords[0]])
        changed["body"] = json.dumps(
            {"description": mutate_text(chance, quoted), "error_code": mutate_text(chance, "a")}
        )
    elif way > 0.1:
        try:
            content = json.loads(answer["body"])
        except ValueError:
            changed["body"] = mutate_bytes(chance, answer["body"].encode("latin-1")).decode("latin-1")
        else:
            changed["body"] = json_bytes(chance, mutate_json(chance, content)).decode("latin-1")
    return changed


def _message(chance: Random, corpus: Corpus) -> bytes:
    answer = corpus.answers[chance.choice(sorted(corpus.answers))]
    body = answer["body"].encode("latin-1")
    lines = [b"HTTP/1.1 %d OK\r\n" % chance.choice(_STATUSES), b"Content-Type: application/json\r\n"]
    lines += chance.sample(_HEADERS, chance.choice((0, 0, 1, 3)))
    if chance.random() < 0.5:
        lines.append(b"Content-Length: %d\r\n" % len(body))
    elif chance.random() < 0.5:
        lines.append(b"Transfer-Encoding: chunked\r\n")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return mutate_bytes(chance, b"".join(lines) + b"\r\n" + body)
