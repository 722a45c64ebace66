# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API's answers are taken for, with a session that answers from memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import (
    Api,
    NoBulkUpdate,
    Update,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import Cluster, read_cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Response
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.redirects import (
    origin_of,
    parse_place,
)
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["proxy_cert", "proxy_key"]), inner),
)
TEXTS = st.text(st.characters()) | st.sampled_from(["8.0.20-96", "8", "active", "10.0.0.1"])
FIELDS = st.sampled_from(
    [
        "uid",
        "addr",
        "external_addr",
        "status",
        "software_version",
        "name",
        "cm_port",
        "cnm_https_port",
        "local_node_info",
    ]
)
OBJECTS = st.dictionaries(FIELDS, TEXTS | st.integers() | JSON, max_size=4)
BODIES = (OBJECTS | st.lists(OBJECTS, max_size=3) | JSON).map(lambda answer: json.dumps(answer).encode()) | st.binary()


class Memory:
    """Answers each path with what it was given, and keeps the requests."""

    url = "https://cluster.example.com:9443"
    answering = parse_place(url)
    secrets = (Secret("the password"),)
    token = None
    content_type = "application/json"

    def __init__(self, **answers: Any) -> None:
        self.answers = {path.replace("__", "/"): answer for path, answer in answers.items()}
        self.requests: list[tuple[str, str, Any]] = []
        self.learned: list[Any] = []

    def learn(self, nodes: Any) -> None:
        self.learned.append(nodes)

    def request(self, method: str, path: str, body: Any = None) -> Response:
        self.requests.append((method, path, body))
        status, content = self.answers.get(f"{method}{path}", (404, b""))
        return Response(status, self.content_type, None, content, None, None)


def api(**answers: Any) -> Any:
    session: Any = Memory(**answers)
    return Api(session)


def read(content: bytes) -> tuple[set[str], str | None]:
    """The names that are found, and the kind of the failure."""
    try:
        return set(api(GET__v1__cluster__certificates=(200, content)).certificates()), None
    except CertificateError as error:
        return set(), error.kind


@given(JSON)
def test_any_json_is_certificates_or_refused(answer: Any) -> None:
    names, kind = read(json.dumps(answer).encode())
    if isinstance(answer, dict):
        fields = {key for key, value in answer.items() if key.endswith("_cert") and value not in (None, "")}
        assert (names, kind) == ({key[:-5] for key in fields - {"_cert"}}, None)
    else:
        assert kind == "unexpected_json"


@given(st.binary())
def test_any_bytes_are_certificates_or_refused(content: bytes) -> None:
    assert read(content)[1] in (None, "unexpected_json", "empty", "html", "not_json", "truncated")


def test_what_is_json_is_read_whatever_its_content_type() -> None:
    client = api(GET__v1__cluster=(200, b'{"name": "a"}'), GET__v1__nodes=(200, b"Sign in"))
    client.session.content_type = "text/html; charset=utf-8"
    assert client.cluster() == {"name": "a"}
    assert outcome(client.nodes).kind == "html"


READS = {"/v1/cluster": "cluster", "/v1/nodes": "nodes", "/v1/bdbs": "bdbs", "/v1/bootstrap": "bootstrap"}
NOT_AS_PROMISED = ("unexpected_json", "empty", "html", "not_json", "truncated")


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or its documented failure; anything else is a crash."""
    try:
        return call()
    except CertificateError as raised:
        error = raised
    json.dumps(error.failure)
    assert error.message.isprintable()
    return error


@given(path=st.sampled_from(sorted(READS)), answer=JSON)
def test_every_read_takes_any_json_or_refuses_it(path: str, answer: Any) -> None:
    read_it = getattr(api(**{f"GET{path}": (200, json.dumps(answer).encode())}), READS[path])
    found = outcome(read_it)
    promised = isinstance(answer, list) and all(isinstance(item, dict) for item in answer)
    if promised if path in ("/v1/nodes", "/v1/bdbs") else isinstance(answer, dict):
        assert found == answer
    else:
        assert found.kind == "unexpected_json"


@given(path=st.sampled_from(sorted(READS)), content=st.binary())
def test_every_read_refuses_any_bytes_that_are_not_what_it_promises(path: str, content: bytes) -> None:
    found = outcome(getattr(api(**{f"GET{path}": (200, content)}), READS[path]))
    assert not isinstance(found, CertificateError) or found.kind in NOT_AS_PROMISED


@given(
    request=st.sampled_from(["cluster", "update", "delete"]),
    status=st.integers(100, 599),
    content=st.binary() | JSON.map(lambda answer: json.dumps({"error_code": answer}).encode()),
)
def test_any_status_with_any_body_is_a_success_or_a_failure_that_does_not_quote_it(
    request: str, status: int, content: bytes
) -> None:
    client = api(
        GET__v1__cluster=(status, content),
        PUT__v1__cluster__certificates=(status, content),
        PUT__v1__cluster__update_cert=(status, content),
        DELETE__v1__cluster__certificates__ldap_client=(status, content),
    )
    arguments = {"cluster": (), "update": ([Update("proxy", "pem", Secret("key"))],), "delete": ("ldap_client",)}
    found = outcome(lambda: getattr(client, request)(*arguments[request]))
    if not 200 <= status < 300:
        assert found.failure["status"] == status
        code = found.failure.get("error_code")
        assert code is None or (code in content.decode() and code in found.message)
    elif request != "cluster":
        assert found is None


@given(
    answers=st.fixed_dictionaries({f"GET{path}": st.tuples(st.sampled_from([200, 403, 500]), BODIES) for path in READS})
)
def test_a_cluster_is_made_of_any_answers_or_of_none(answers: dict[str, tuple[int, bytes]]) -> None:
    found = outcome(lambda: read_cluster(api(**answers), lambda warning: None, needed=False))
    assert isinstance(found, Cluster)


@given(location=st.text(st.characters()) | st.text(st.characters()).map("https://{}/path?secret".format))
def test_no_redirect_is_too_odd(location: str) -> None:
    shown = origin_of(location)
    assert shown.isprintable()
    assert "secret" not in shown


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("path", ["/v1/cluster/certificates", *sorted(READS)])
def test_deep_json_is_refused(path: str, opening: bytes) -> None:
    read_it = getattr(api(**{f"GET{path}": (200, opening * 200_000)}), READS.get(path, "certificates"))
    assert outcome(read_it).kind in ("not_json", "truncated")


def test_thousands_of_certificates_are_all_found() -> None:
    answer = {f"name_{number}_{part}": "pem" for number in range(5000) for part in ("cert", "key")}
    assert len(read(json.dumps(answer).encode())[0]) == 5000


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_the_bulk_update_gets_the_older_one(status: int) -> None:
    client = api(PUT__v1__cluster__certificates=(status, b""), PUT__v1__cluster__update_cert=(200, b""))
    client.update([Update("proxy", "pem", Secret("key"))])
    entry = {"name": "proxy", "certificate": "pem", "key": "key"}
    assert client.session.requests == [
        ("PUT", "/v1/cluster/certificates", {"certificates": [entry]}),
        ("PUT", "/v1/cluster/update_cert", entry),
    ]


def test_an_old_server_gets_the_older_update_first() -> None:
    client = api(PUT__v1__cluster__update_cert=(200, b""))
    client.update([Update("proxy", "pem", None)], bulk=False)
    assert [path for dummy, path, _body in client.session.requests] == ["/v1/cluster/update_cert"]


def test_a_server_without_the_older_update_gets_the_bulk_update() -> None:
    client = api(PUT__v1__cluster__certificates=(200, b""))
    client.update([Update("proxy", "pem", None)], bulk=False)
    assert len(client.session.requests) == 2


def test_404_of_the_older_update_is_about_the_certificate_when_there_is_no_other() -> None:
    client = api(PUT__v1__cluster__certificates=(405, b""), PUT__v1__cluster__update_cert=(404, b""))
    for bulk in (True, False):
        with pytest.raises(CertificateError) as raised:
            client.update([Update("proxy", "pem", None)], bulk=bulk)
        assert raised.value.failure["kind"] == "certificate_refused"
        assert "update_cert" in raised.value.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "certificate_refused"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (406, "certificate_expired"),
        (409, "not_all_nodes_updated"),
        (500, "server_error"),
        (503, "unavailable"),
        (507, "server_error"),
    ],
)
def test_a_refused_bulk_update_is_not_tried_elsewhere(status: int, kind: str) -> None:
    body = b'{"error_code": "some_code", "description": "The root is missing."}'
    client = api(PUT__v1__cluster__certificates=(status, body))
    with pytest.raises(CertificateError) as raised:
        client.update([Update("proxy", "pem", Secret("key"))])
    assert raised.value.failure == {
        "kind": kind,
        "cluster": "https://cluster.example.com:9443",
        "status": status,
        "error_code": "some_code",
        "description": "The root is missing",
    }
    assert f'(HTTP {status}, some_code: "The root is missing")' in raised.value.message
    assert len(client.session.requests) == 1


@pytest.mark.parametrize("text", ["bad key: ab cd-efgh", "password: the password!"])
def test_an_explanation_quotes_neither_what_was_sent_nor_the_login(text: str) -> None:
    client = api(PUT__v1__cluster__certificates=(400, json.dumps({"description": text}).encode()))
    with pytest.raises(CertificateError) as raised:
        client.update([Update("proxy", "pem", Secret("abcd-efgh"))])
    for secret in ("ab cd", "efgh", "the password"):
        assert secret not in json.dumps([raised.value.message, raised.value.failure])


SEVERAL = [Update("cm", "pem of cm", Secret("key of cm")), Update("mtls_trusted_ca", "pem of CAs", None)]


@pytest.mark.parametrize("bulk", [True, False])
def test_what_one_update_sends(bulk: bool) -> None:
    path = "/v1/cluster/certificates" if bulk else "/v1/cluster/update_cert"
    client = api(**{f"PUT{path}": (200, b"")})
    for update in SEVERAL:
        client.update([update], bulk=bulk)
    bodies = [update.body() for update in SEVERAL]
    sent = [{"certificates": [body]} for body in bodies] if bulk else bodies
    assert client.session.requests == [("PUT", path, body) for body in sent]


def test_several_go_into_one_request() -> None:
    client = api(PUT__v1__cluster__certificates=(200, b"{}"))
    client.update(SEVERAL)
    entries = [
        {"name": "cm", "certificate": "pem of cm", "key": "key of cm"},
        {"name": "mtls_trusted_ca", "certificate": "pem of CAs"},
    ]
    assert client.session.requests == [("PUT", "/v1/cluster/certificates", {"certificates": entries})]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_several_are_never_some_of_them(status: int) -> None:
    client = api(PUT__v1__cluster__certificates=(status, b""), PUT__v1__cluster__update_cert=(200, b""))
    with pytest.raises(NoBulkUpdate):
        client.update(SEVERAL)
    assert [path for dummy, path, _body in client.session.requests] == ["/v1/cluster/certificates"]


@pytest.mark.parametrize("status", [400, 403, 406, 409, 500, 503])
def test_a_refusal_of_several_is_one_of_the_request(status: int) -> None:
    client = api(PUT__v1__cluster__certificates=(status, b""), PUT__v1__cluster__update_cert=(200, b""))
    with pytest.raises(CertificateError) as raised:
        client.update(SEVERAL)
    assert raised.value.data["status"] == status
    assert len(client.session.requests) == 1


@pytest.mark.parametrize("code", [7, "Words and spaces", "UPPER", "x" * 65, None, ["a"]])
def test_what_is_no_identifier_is_not_passed_on(code: Any) -> None:
    body = json.dumps({"error_code": code}).encode()
    with pytest.raises(CertificateError) as raised:
        api(GET__v1__cluster=(500, body)).cluster()
    assert "error_code" not in raised.value.failure


def test_names_are_quoted_in_paths() -> None:
    client = api(**{"DELETE__v1__cluster__certificates__..%2Fa%20b%3Fc": (200, b"")})
    client.delete("../a b?c")
    assert client.session.requests == [("DELETE", "/v1/cluster/certificates/..%2Fa%20b%3Fc", None)]


@pytest.mark.parametrize(
    ("nodes", "bootstrap", "version"),
    [
        ([{"software_version": "8.0.10-1"}, {"software_version": "8.0.9-30"}], {}, "8.0.9-30"),
        ([{"software_version": "8.0.10-1"}, {}, {"software_version": 7}], {}, "8.0.10-1"),
        ([], {}, None),
        ([], {"software_version": "7.4.2-54"}, "7.4.2-54"),
        (None, {"software_version": "7.4.2-54"}, "7.4.2-54"),
        (None, {"local_node_info": {"software_version": "7.4.2-54"}}, "7.4.2-54"),
        (None, {"local_node_info": None}, None),
        (None, None, None),
    ],
)
def test_the_version(nodes: Any, bootstrap: Any, version: str | None) -> None:
    answers = {"GET__v1__nodes": nodes, "GET__v1__bootstrap": bootstrap}
    client = api(**{path: (200, json.dumps(answer).encode()) for path, answer in answers.items() if answer is not None})
    warnings: list[str] = []
    assert read_cluster(client, warnings.append, needed=True).version == version
    assert [("version" in warning) for warning in warnings] == ([] if version else [True])


def test_addresses_of_nodes_are_learned_whenever_they_are_read() -> None:
    nodes = [{"uid": 1, "addr": "10.0.0.1"}]
    client = api(GET__v1__nodes=(200, json.dumps(nodes).encode()))
    assert client.nodes() == nodes
    assert client.session.learned == [nodes]


def test_a_token_is_refreshed_for_as_long_as_it_is_needed() -> None:
    client = api(POST__v1__users__refresh_jwt=(200, b'{"access_token": "a.new.token"}'))
    assert client.refresh_token(1500).reveal() == "a.new.token"
    assert client.session.requests == [("POST", "/v1/users/refresh_jwt", {"ttl": 1500})]


@pytest.mark.parametrize("token", [None, "", 7, ["a"], "a\nb", "\u00e9"])
def test_what_is_no_token_is_refused(token: Any) -> None:
    answer = json.dumps({"access_token": token}).encode()
    for body in (answer, json.dumps([token]).encode()):
        with pytest.raises(CertificateError) as raised:
            api(POST__v1__users__refresh_jwt=(200, body)).refresh_token(60)
        assert raised.value.kind == "unexpected_json"


@pytest.mark.parametrize(
    ("name", "body"), [(None, {}), ("data_internode_encryption", {"name": "data_internode_encryption"})]
)
def test_a_rotation_of_all_or_of_one(name: str | None, body: dict[str, str]) -> None:
    client = api(POST__v1__cluster__certificates__rotate=(200, b""))
    client.rotate(name)
    assert client.session.requests == [("POST", "/v1/cluster/certificates/rotate", body)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "not_all_nodes_updated"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (500, "server_error"),
        (503, "unavailable"),
    ],
)
def test_a_refused_rotation(status: int, kind: str) -> None:
    client = api(POST__v1__cluster__certificates__rotate=(status, b'{"error_code": "some_code"}'))
    with pytest.raises(CertificateError) as raised:
        client.rotate(None)
    assert raised.value.failure == {
        "kind": kind,
        "cluster": client.url,
        "status": status,
        "error_code": "some_code",
    }
