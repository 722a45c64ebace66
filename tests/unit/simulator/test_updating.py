# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both update paths: what they take, what they refuse, with which status (contract, sections 2 to 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from simulator import Authority, Cluster, Material
from simulator.authority import pem_of
from simulator.keys import to_pem
from unit.simulator.raw_client import CERTIFICATES, UPDATE, Client, entry

OLD = {"version": "7.8.2-34"}
NEW = {"version": "8.0.20-96"}
Put = Callable[[Client, dict[str, Any]], Any]


def one(client: Client, body: dict[str, Any]) -> Any:
    return client.ask("PUT", UPDATE, body)


def many(client: Client, body: dict[str, Any]) -> Any:
    return client.ask("PUT", CERTIFICATES, {"certificates": [body]})


both = pytest.mark.parametrize("put", [one, many])


@both
@pytest.mark.parametrize("key", ["rsa", "ec", "ed25519"])
def test_a_good_certificate_is_stored_as_sent(
    cluster: Cluster, client: Client, authority: Authority, put: Put, key: str
) -> None:
    material = authority.issue(key=key, intermediates=2, root=True)
    reply = put(client, entry("proxy", material))
    assert (reply.status, reply.json) == (200, {})
    assert cluster.nodes[0].stored["proxy"] == (material.certificate_pem, material.key_pem)
    assert put(client, entry("proxy", material)).status == 200


@pytest.mark.parametrize("cluster", [OLD], indirect=True)
def test_old_versions_answer_with_nothing(client: Client, authority: Authority) -> None:
    reply = client.put_one("proxy", authority.issue())
    assert (reply.status, reply.body) == (200, b"")


@both
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_older_key_forms_are_taken(client: Client, authority: Authority, put: Put, kind: str) -> None:
    assert put(client, entry("proxy", authority.issue(key=kind, traditional=True))).status == 200


Body = dict[str, str]


def changed(**more: Callable[[Material], str]) -> Callable[[Authority], Body]:
    """An update of ``proxy`` with a chain of three, and fields made from it that replace its own."""

    def body(authority: Authority) -> Body:
        material = authority.issue(intermediates=1, root=True)
        return entry("proxy", material) | {field: make(material) for field, make in more.items()}

    return body


def issued(name: str = "proxy", **options: Any) -> Callable[[Authority], Body]:
    return lambda authority: entry(name, authority.issue(**options))


def blocks(material: Material) -> list[str]:
    return [pem_of(certificate) for certificate in material.chain]


BROKEN: dict[str, tuple[int, Callable[[Authority], Body]]] = {
    "not PEM": (400, changed(certificate=lambda good: "hello")),
    "empty": (400, changed(certificate=lambda good: "")),
    "not DER": (400, changed(certificate=lambda good: good.leaf_pem.replace("MII", "AAA"))),
    "CRLF": (400, changed(certificate=lambda good: good.certificate_pem.replace("\n", "\r\n"))),
    "no last newline": (400, changed(certificate=lambda good: good.certificate_pem[:-1])),
    "text before": (400, changed(certificate=lambda good: "subject=CN = x\n" + good.certificate_pem)),
    "blank line between": (400, changed(certificate=lambda good: "\n".join(blocks(good)))),
    "key in the certificate": (400, changed(certificate=lambda good: good.certificate_pem + good.key_pem)),
    "wrong order": (400, changed(certificate=lambda good: "".join(reversed(blocks(good))))),
    "missing link": (400, changed(certificate=lambda good: blocks(good)[0] + blocks(good)[2])),
    "right name, wrong signature": (
        400,
        lambda authority: (
            entry("proxy", authority.issue(root=False))
            | {"certificate": authority.issue().leaf_pem + Authority(authority.common_name).ca_pem}
        ),
    ),
    "wrong name": (400, changed(certificate=lambda good: good.leaf_pem + Authority("another").ca_pem)),
    "key of another": (400, lambda authority: entry("proxy", authority.issue()) | {"key": authority.issue().key_pem}),
    "key not PEM": (400, changed(key=lambda good: "hello")),
    "key not DER": (400, changed(key=lambda good: good.key_pem.replace("MII", "AAA"))),
    "key with CRLF": (400, changed(key=lambda good: good.key_pem.replace("\n", "\r\n"))),
    "two keys": (400, changed(key=lambda good: good.key_pem * 2)),
    "encrypted key": (400, issued(passphrase="secret")),
    "encrypted key, old form": (400, issued(passphrase="secret", traditional=True)),
    "no key": (400, lambda authority: {"name": "proxy", "certificate": authority.issue().certificate_pem}),
    "expired": (406, issued(days=-1)),
    "not yet valid": (400, issued(not_before=1)),
    "weak RSA": (400, issued(key="rsa1024")),
    "no clientAuth": (400, issued(eku=["serverAuth"])),
    "no serverAuth": (400, issued(eku=["clientAuth"])),
    "any purpose": (400, issued(eku=["anyExtendedKeyUsage"])),
    "unknown name": (403, issued("nonsense")),
    "operator's name": (403, issued("cp_internode_encryption")),
    "key for a keyless name": (400, issued("mtls_trusted_ca")),
    "empty key for a keyless name": (400, lambda authority: issued("mtls_trusted_ca")(authority) | {"key": ""}),
}


@both
@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_certificate_is_refused_and_nothing_changes(
    cluster: Cluster, client: Client, authority: Authority, put: Put, case: str
) -> None:
    status, body = BROKEN[case]
    before = cluster.nodes[0].stored
    reply = put(client, body(authority))
    assert reply.status == status, reply.json
    assert set(reply.json) == {"error_code", "description"}
    assert cluster.nodes[0].stored == before


@pytest.mark.parametrize("cluster", [OLD], indirect=True)
@pytest.mark.parametrize(
    ("case", "status"),
    [("not PEM", 404), ("CRLF", 404), ("key of another", 400), ("expired", 406), ("unknown name", 403)],
)
def test_old_versions_answer_in_their_own_words(client: Client, authority: Authority, case: str, status: int) -> None:
    reply = client.ask("PUT", UPDATE, BROKEN[case][1](authority))
    assert reply.status == status
    assert set(reply.json) == {"error_code", "message"}


@pytest.mark.parametrize("cluster", [{"version": "7.22.2-41"}], indirect=True)
def test_the_bulk_path_has_no_404_for_an_unparsable_certificate(client: Client, authority: Authority) -> None:
    body = BROKEN["not PEM"][1](authority)
    assert one(client, body).status == 404
    assert many(client, body).status == 400


@pytest.mark.parametrize(
    ("cluster", "status"), [({"version": "7.4.6-280"}, 400), ({"version": "7.8.2-34"}, 200)], indirect=["cluster"]
)
def test_a_chain_without_common_name_is_refused_in_all_of_7_4(client: Client, status: int) -> None:
    nameless = Authority(common_name=None).issue(intermediates=1)
    assert client.put_one("proxy", nameless).status == status


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        ({"version": "7.22.2-41", "internode_outage": 0}, 200),
        ({"version": "7.22.2-79"}, 400),
        ({"version": "8.0.2-17", "internode_outage": 0}, 200),
        ({"version": "8.0.10-64"}, 400),
    ],
    indirect=["cluster"],
)
def test_internode_without_client_auth_was_once_taken(client: Client, authority: Authority, status: int) -> None:
    material = authority.issue(eku=["serverAuth"], intermediates=1)
    assert client.put_many({"data_internode_encryption": material}).status == status
    assert client.put_many({"data_internode_encryption": authority.issue(eku=None)}).status == status
    assert client.put_many({"proxy": material}).status == 400


def test_internode_must_be_rsa(client: Client, authority: Authority) -> None:
    assert client.put_one("ccs_internode_encryption", authority.issue(key="ec", intermediates=1)).status == 400
    assert client.put_one("ccs_internode_encryption", authority.issue(intermediates=1)).status == 200


def test_without_the_purposes_extension_every_other_name_is_taken(client: Client, authority: Authority) -> None:
    assert client.put_one("proxy", authority.issue(eku=None)).status == 200


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        ({"version": "8.2.0-10", "rsa_only": True}, 400),
        ({"version": "8.2.0-10"}, 200),
        ({"version": "8.0.20-96", "rsa_only": True}, 200),
    ],
    indirect=["cluster"],
)
def test_the_key_type_must_fit_the_cipher_suites_from_8_2_on(client: Client, authority: Authority, status: int) -> None:
    for name in ("api", "cm", "metrics_exporter", "proxy"):
        for key in ("ec", "ed25519"):
            assert client.put_one(name, authority.issue(key=key)).status == status
        assert client.put_one(name, authority.issue(key="rsa")).status == 200
    assert client.put_one("syncer", authority.issue(key="ec")).status == 200


RSA, ECDSA = "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"


@pytest.mark.parametrize("cluster", [{"version": "8.2.0-46"}], indirect=True)
@pytest.mark.parametrize(
    ("control", "data", "tls_1_3", "taken"),
    [
        (RSA, ECDSA, [], {("cm", "rsa"), ("proxy", "ec")}),
        (ECDSA, RSA, [], {("cm", "ec"), ("proxy", "rsa")}),
        (f"{RSA}:{ECDSA}", "HIGH:!aRSA", [], {("cm", "rsa"), ("cm", "ec"), ("proxy", "ec")}),
        (RSA, RSA, ["TLS_AES_256_GCM_SHA384"], {("cm", "rsa"), ("proxy", "rsa"), ("proxy", "ec")}),
    ],
)
def test_each_plane_has_suites_of_its_own(
    cluster: Cluster,
    client: Client,
    authority: Authority,
    control: str,
    data: str,
    tls_1_3: list[str],
    taken: set[tuple[str, str]],
) -> None:
    cluster.suites.control, cluster.suites.data, cluster.suites.data_tls_1_3 = control, data, tls_1_3
    settings = client.ask("GET", "/v1/cluster").json
    assert (settings["control_cipher_suites"], settings["data_cipher_list"]) == (control, data)
    assert settings["data_cipher_suites_tls_1_3"] == tls_1_3
    every = [(name, key) for name in ("cm", "proxy") for key in ("rsa", "ec")]
    assert {one for one in every if client.put_one(one[0], authority.issue(key=one[1])).status == 200} == taken


@pytest.mark.parametrize("cluster", [{"needs_root": True}], indirect=True)
def test_a_chain_without_its_root_can_be_refused(cluster: Cluster, client: Client, authority: Authority) -> None:
    for intermediates in (0, 1):
        reply = client.put_one("proxy", authority.issue(intermediates=intermediates, root=False))
        assert (reply.status, reply.json["error_code"]) == (400, "invalid_certificate")
        assert "root" in reply.json["description"]
        assert client.put_one("proxy", authority.issue(intermediates=intermediates, root=True)).status == 200
    assert client.ask("PUT", UPDATE, {"name": "mtls_trusted_ca", "certificate": authority.ca_pem}).status == 200
    cluster.needs_root = False
    assert client.put_one("proxy", authority.issue(intermediates=1, root=False)).status == 200


@pytest.mark.parametrize(
    ("cluster", "explained"),
    [({"version": "8.0.16-29"}, True), ({"version": "8.0.10-64"}, False)],
    indirect=["cluster"],
)
def test_refusals_are_explained_from_8_0_16_29_on(client: Client, authority: Authority, explained: bool) -> None:
    reply = client.put_one("proxy", authority.issue(eku=["serverAuth"]))
    assert (reply.status, "extended key usage" in reply.json["description"]) == (400, explained)


@pytest.mark.parametrize("cluster", [{"echoes": True}], indirect=True)
def test_a_hostile_server_repeats_what_it_was_sent(cluster: Cluster, client: Client, authority: Authority) -> None:
    expired = authority.issue(days=-1)
    for reply in (client.put_one("proxy", expired), client.put_many({"proxy": expired})):
        assert reply.status == 406
        assert str(expired.key_pem) in reply.json["description"]
    assert "sent as it is" in client.ask("PUT", UPDATE, b"sent as it is").json["description"]
    assert client.ask("GET", "/nowhere").status == 404
    assert "PRIVATE" not in repr(cluster.requests)


@pytest.mark.parametrize(
    ("cluster", "status"), [({"version": "7.4.2-215"}, 400), ({"version": "7.4.2-216"}, 200)], indirect=["cluster"]
)
def test_unknown_extensions_are_taken_from_7_4_2_216_on(client: Client, authority: Authority, status: int) -> None:
    assert client.put_one("proxy", authority.issue(unknown_extension=True)).status == status


@pytest.mark.parametrize(
    ("cluster", "name", "status"),
    [
        (OLD, "ccs_internode_encryption", 403),
        ({"version": "7.22.2-41"}, "ccs_internode_encryption", 200),
        (OLD, "sso_service", 403),
        ({"version": "8.0.6-53"}, "sso_service", 403),
        ({"version": "8.0.6-54"}, "sso_service", 200),
        (OLD, "ldap_client", 200),
    ],
    indirect=["cluster"],
)
def test_names_can_be_set_from_their_version_on(client: Client, authority: Authority, name: str, status: int) -> None:
    assert client.put_one(name, authority.issue()).status == status


@pytest.mark.parametrize(
    ("cluster", "name", "status"),
    [
        (OLD, "mtls_trusted_ca", 403),
        ({"version": "7.8.4-18"}, "mtls_trusted_ca", 200),
        (NEW, "sso_issuer", 200),
        ({"version": "7.22.2-41"}, "sso_issuer", 403),
    ],
    indirect=["cluster"],
)
def test_a_bundle_comes_in_any_order_and_without_key(
    cluster: Cluster, client: Client, authority: Authority, name: str, status: int
) -> None:
    bundle = authority.ca_pem + Authority("another").ca_pem + authority.issue(intermediates=1).chain_pem
    assert client.ask("PUT", UPDATE, {"name": name, "certificate": bundle}).status == status
    if status == 200:
        assert cluster.nodes[0].stored[name] == (bundle, None)


def test_an_expired_certificate_of_a_bundle_or_a_chain_is_406(client: Client) -> None:
    old = Authority("old", days=-1)
    assert one(client, {"name": "mtls_trusted_ca", "certificate": old.ca_pem}).status == 406
    assert one(client, entry("proxy", old.issue(root=True))).status == 406


def test_a_bulk_request_is_validated_whole_before_any_is_applied(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    before = cluster.nodes[0].stored
    good, bad = authority.issue(), authority.issue(days=-1)
    assert client.put_many({"proxy": good, "cm": good, "syncer": bad}).status == 406
    assert cluster.nodes[0].stored == before
    assert client.put_many({"proxy": good, "cm": good}).status == 200
    assert cluster.certificate("cm") == cluster.certificate("proxy") == good.certificate_pem


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        (OLD, 405),
        ({"version": "7.22.0-95"}, 405),
        ({"version": "7.22.2-41"}, 200),
        (NEW, 200),
        (OLD | {"bulk_put_missing_status": 404}, 404),
        (NEW | {"bulk_put_missing_status": 404}, 200),
    ],
    indirect=["cluster"],
)
def test_the_bulk_path_came_with_7_22_2(client: Client, authority: Authority, status: int) -> None:
    assert client.put_many({"proxy": authority.issue()}).status == status


@pytest.mark.parametrize("cluster", [{"update_cert": False}], indirect=True)
def test_the_single_path_can_be_gone(client: Client, authority: Authority) -> None:
    assert client.put_one("proxy", authority.issue()).status == 404
    assert client.put_many({"proxy": authority.issue()}).status == 200


@pytest.mark.parametrize("role", ["cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager", "none"])
def test_only_the_administrator_writes(cluster: Cluster, client: Client, authority: Authority, role: str) -> None:
    material = authority.issue()
    before = cluster.nodes[0].stored
    assert client.put_one("proxy", material, role=role).status == 403
    assert client.put_many({"proxy": material}, role=role).status == 403
    assert client.ask("DELETE", f"{CERTIFICATES}/ldap_client", role=role).status == 403
    assert client.ask("POST", f"{CERTIFICATES}/rotate", role=role).status == 403
    assert cluster.nodes[0].stored == before


def test_the_record_has_names_and_fields_and_never_values(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    materials: dict[str, Material] = {"proxy": authority.issue(), "api": authority.issue()}
    client.put_many(materials)
    client.put_one("cm", authority.issue())
    first, second = cluster.writes
    assert (first.method, first.path, first.status, first.node_uid) == ("PUT", CERTIFICATES, 200, 1)
    assert (first.fields, first.names) == (("certificates",), ("proxy", "api"))
    assert (second.fields, second.names) == (("name", "certificate", "key"), ("cm",))
    assert first.username == cluster.username
    assert "BEGIN" not in repr(cluster.requests)
    cluster.clear_requests()
    assert cluster.requests == []


def test_an_rsa_key_that_does_not_agree_with_itself_is_refused(client: Client, authority: Authority) -> None:
    material = authority.issue()
    key = load_pem_private_key(material.key_pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d + 2, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    text = to_pem(wrong.private_key(unsafe_skip_rsa_key_validation=True))
    assert one(client, entry("proxy", material) | {"key": text}).status == 400
