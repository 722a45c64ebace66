# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each check, what turns exactly its fact round: the table is at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from simulator import Authority, Cluster, cluster_routes, validation
from simulator.access import DEFAULT_TTL
from simulator.api import Api, Call
from simulator.metrics import Metrics
from simulator.releases import Release
from simulator.state import Node, own_name, pair
from simulator.web import Answer, json_answer

from .clusters import FQDN, OWN, methods_of

Change = Callable[[Cluster, pytest.MonkeyPatch], None]
#: Gets the body of an answer, and changes it or returns another one.
Body = Callable[[Any], Any]


@dataclass(frozen=True)
class Mutation:
    """One fact turned round.

    :ivar change: what does it to a running cluster.
    :ivar options: what the cluster needs for it.
    :ivar depend: checks that differ with it, since they are about the same fact.
    """

    change: Change
    options: Mapping[str, Any] = field(default_factory=dict)
    depend: frozenset[str] = frozenset()


# Ways to turn something round.


def route(path: str, change: Callable[[Answer, Call], Answer], method: str = "GET") -> Change:
    """Change the answers of one path, whichever status they have."""

    def apply(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        methods = methods_of(path)
        original = methods[method]
        patch.setitem(methods, method, lambda call: change(original(call), call))

    return apply


def body(path: str, change: Body, method: str = "GET") -> Change:
    """Change the JSON that one path answers with."""

    def changed(answer: Answer, _call: Call) -> Answer:
        value = json.loads(answer.body)
        found = change(value)
        return json_answer(answer.status, value if found is None else found, answer.headers)

    return route(path, changed, method)


def fields(path: str, **values: Any) -> Change:
    """Set fields of the object that one path answers with."""
    return body(path, lambda value: {**value, **values})


def each(path: str, **values: Any) -> Change:
    """Set fields of each object in the list that one path answers with."""
    return body(path, lambda value: [{**one, **values} for one in value])


def status(path: str, number: int, method: str = "GET") -> Change:
    """Answer with a status of an error."""
    return route(path, lambda answer, call: json_answer(number, _ERROR), method)


_ERROR = {"error_code": "turned_round", "description": "turned round"}

#: Gets the answer, the node that is asked, the path and whether there is a login.
Answered = Callable[[Answer, Node, str, bool], Answer]


def door(change: Answered) -> Change:
    """Change what a node answers, also where it only redirects."""

    def apply(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        original = Api._process

        def process(self: Api, exchange: Any, record: Any, content: Any) -> Answer:
            answer = original(self, exchange, record, content)
            return change(answer, self._node, record.path, exchange.headers.get("Authorization") is not None)

        patch.setattr(Api, "_process", process)

    return apply


def header(name: str, value: str, number: int) -> Change:
    """Answer with a status where a request has a header."""

    def apply(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        original = Api._process

        def process(self: Api, exchange: Any, record: Any, content: Any) -> Answer:
            answer = original(self, exchange, record, content)
            return json_answer(number, {}) if exchange.headers.get(name, "").startswith(value) else answer

        patch.setattr(Api, "_process", process)

    return apply


def exporter(change: Answered) -> Change:
    """Change what the metrics port of a node answers."""

    def apply(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        original = Metrics._reply

        def reply(self: Metrics, node: Node, exchange: Any, path: str, authorization: str | None) -> Answer:
            return change(original(self, node, exchange, path, authorization), node, path, authorization is not None)

        patch.setattr(Metrics, "_reply", reply)

    return apply


def text(path: str, old: str, new: str) -> Change:
    """Change the text of metrics."""
    return exporter(
        lambda answer, node, asked, login: (
            Answer(answer.status, answer.body.replace(old.encode(), new.encode()), answer.content_type, answer.headers)
            if asked == path
            else answer
        )
    )


def lines(path: str, without: str, node: int) -> Change:
    """Leave lines out of what one node tells."""

    def changed(answer: Answer, asked: Node, asked_path: str, _login: bool) -> Answer:
        if asked_path != path or asked.uid != node:
            return answer
        kept = [line for line in answer.body.splitlines() if without.encode() not in line]
        return Answer(answer.status, b"\n".join(kept), answer.content_type, answer.headers)

    return exporter(changed)


def presents(name: str) -> Change:
    """Have one follower present another certificate, which ends at the same time."""

    def apply(cluster: Cluster, _patch: pytest.MonkeyPatch) -> None:
        _present(cluster, name)

    return apply


def _present(cluster: Cluster, name: str) -> None:
    node = cluster.nodes[2]
    held = node.holds(name)
    validity = validation.leaf_validity(held.certificate)
    assert validity is not None
    material = Authority("Another CA").issue(FQDN, days=validity[1])
    node.put(name, pair(material.certificate_pem, material.key_pem))


def together(*changes: Change) -> Change:
    """Make several changes that are one fact."""

    def apply(cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        for change in changes:
            change(cluster, patch)

    return apply


def attribute(owner: Any, name: str, value: Any) -> Change:
    """Replace an attribute of the simulator."""
    return lambda cluster, patch: patch.setattr(owner, name, value)


# What is turned round by more than a line.


def _leads_to(location: str) -> Change:
    def changed(answer: Answer, _node: Node, _path: str, _login: bool) -> Answer:
        if answer.status != 307:
            return answer
        place = answer.headers["Location"].partition("/v1/")[0]
        port = place.rpartition(":")[2]
        return Answer(307, headers={"Location": answer.headers["Location"].replace(place, location.format(port=port))})

    return door(changed)


def _swapped(value: dict[str, Any]) -> None:
    for uid, one in value.items():
        one["role"] = "master" if uid == "2" else "slave"


def _leads(uid: str) -> Body:
    def change(value: Any) -> None:
        for node in value["nodes"]:
            node["role"] = "leader" if node["id"] == uid else "follower"

    return change


def _two_masters(value: Any) -> None:
    value["2"]["role"] = "master"


def _without(*names: str) -> Body:
    return lambda value: {name: one for name, one in value.items() if name not in names}


def _pages(change: Callable[[Answer, dict[str, list[str]]], Answer]) -> Change:
    def changed(answer: Answer, call: Call) -> Answer:
        return change(answer, parse_qs(call.record.query))

    return route("/v1/bdbs/certificates", changed)


def _size_ignored(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
    methods = methods_of("/v1/bdbs/certificates")
    original = methods["GET"]

    def answer(call: Call) -> Answer:
        call.record.query = call.record.query.replace("&page_size=1", "")
        return original(call)

    patch.setitem(methods, "GET", answer)


def _page_ignored(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
    methods = methods_of("/v1/bdbs/certificates")
    original = methods["GET"]

    def answer(call: Call) -> Answer:
        call.record.query = call.record.query.replace("page=2&page_size=1", "page=1&page_size=1")
        return original(call)

    patch.setitem(methods, "GET", answer)


def _far_page_is_404(answer: Answer, query: dict[str, list[str]]) -> Answer:
    return json_answer(404, _ERROR) if query.get("page") == ["99999"] else answer


def _ttl(wanted: int, becomes: int) -> Change:
    """Give a token for another time than it was asked for."""

    def apply(cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        methods = methods_of(AUTHORIZE)
        original = methods["POST"]

        def answer(call: Call) -> Answer:
            if call.json_object(optional=True).get("ttl") != wanted:
                return original(call)
            return json_answer(200, {"access_token": cluster.access.token(call.user, becomes)})

        patch.setitem(methods, "POST", answer)

    return apply


def _after_write(change: Callable[[Cluster], None], only: int | None = None) -> Change:
    """Do something to the cluster after each bulk write, or after the n-th only."""

    def apply(cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
        seen = []

        def changed(answer: Answer, _call: Call) -> Answer:
            seen.append(answer.status)
            if only in (None, len(seen)):
                change(cluster)
            return answer

        route("/v1/cluster/certificates", changed, "PUT")(cluster, patch)

    return apply


def _replaced(cluster: Cluster) -> None:
    material = Authority("Another writer").issue(FQDN)
    cluster.set_certificate("metrics_exporter", material.certificate_pem, material.key_pem)


def _without_root(change: Callable[[Answer], Answer]) -> Change:
    """Change the answers to bulk writes of one certificate alone."""

    def changed(answer: Answer, call: Call) -> Answer:
        (entry,) = call.json_object()["certificates"]
        return change(answer) if entry["certificate"].count("BEGIN") == 1 else answer

    return route("/v1/cluster/certificates", changed, "PUT")


def _undescribed(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
    original = Api._process

    def process(self: Api, exchange: Any, record: Any, content: Any) -> Answer:
        answer = original(self, exchange, record, content)
        if record.method == "PUT" and answer.status == 400 and b"root" in answer.body:
            return json_answer(400, {"error_code": "invalid_certificate"})
        return answer

    patch.setattr(Api, "_process", process)


def _trial_applied(_cluster: Cluster, patch: pytest.MonkeyPatch) -> None:
    methods = methods_of("/v1/bdbs/1/certificates")
    original = methods["POST"]

    def answer(call: Call) -> Answer:
        call.record.query = ""
        return original(call)

    patch.setitem(methods, "POST", answer)


def _own_bootstrap(answer: Answer, node: Node, path: str, _login: bool) -> Answer:
    if path != "/v1/bootstrap" or answer.status != 200:
        return answer
    value = json.loads(answer.body)
    value["local_node_info"]["uid"] = str(node.uid)
    return json_answer(200, value)


CLUSTER, CERTIFICATES, NODES, STATUS = "/v1/cluster", "/v1/cluster/certificates", "/v1/nodes", "/v1/nodes/status"
HEALTH, BDBS, OWN_CERTIFICATES, CRDBS = "/v4/cluster/health", "/v1/bdbs", "/v1/bdbs/certificates", "/v1/crdbs"
AUTHORIZE = "/v1/users/authorize"
HANDING_ON = {"handle_redirects": True}
PEM = Authority("Unknown to all").ca_pem


def of_follower(condition: Callable[[str, bool], bool], other: Callable[[Answer], Answer]) -> Change:
    """Change what followers answer to certain paths, with or without a login."""
    return door(lambda answer, node, path, login: other(answer) if node.uid != 1 and condition(path, login) else answer)


def at_primary(condition: Callable[[str, bool], bool], other: Answer) -> Change:
    """Change what the primary answers to certain paths, with or without a login."""
    return door(lambda answer, node, path, login: other if node.uid == 1 and condition(path, login) else answer)


def refused(number: int) -> Answer:
    return json_answer(number, _ERROR)


#: By the id of the check.
MUTATIONS: dict[str, Mutation] = {
    # Who answers.
    "follower_redirects": Mutation(
        door(lambda answer, node, path, login: Answer(302, headers=answer.headers) if answer.status == 307 else answer)
    ),
    "redirect_leads_to_primary": Mutation(_leads_to("https://192.0.2.9:{port}")),
    "follower_hands_on": Mutation(
        of_follower(lambda path, login: path == CLUSTER and login, lambda answer: refused(400)), HANDING_ON
    ),
    "follower_answers_for_primary": Mutation(door(_own_bootstrap), HANDING_ON),
    "follower_demands_login": Mutation(
        of_follower(lambda path, login: path == CLUSTER and not login, lambda answer: json_answer(200, {})), HANDING_ON
    ),
    "primary_answers": Mutation(at_primary(lambda path, login: path == NODES and not login, Answer(307))),
    "local_path_is_local": Mutation(
        of_follower(lambda path, login: path.startswith("/v1/local/"), lambda answer: Answer(307))
    ),
    "healthcheck_says_active": Mutation(fields("/v1/local/node/master_healthcheck", status="fine")),
    "one_master": Mutation(body(STATUS, _two_masters)),
    "master_answers": Mutation(together(body(STATUS, _swapped), body(HEALTH, _leads("2")))),
    "one_leader": Mutation(body(HEALTH, _leads("3"))),
    # Certificates as the API reports them.
    "certificates_are_flat": Mutation(fields(CERTIFICATES, sso_service_cert={"pem": PEM})),
    "certificate_fields": Mutation(fields(CERTIFICATES, ca_bundle=PEM)),
    "required_certificates": Mutation(body(CERTIFICATES, _without("syncer_cert", "syncer_key"))),
    "documented_certificates": Mutation(fields(CERTIFICATES, quic_cert=PEM)),
    "certificates_by_version": Mutation(fields(CERTIFICATES, sso_issuer_cert=PEM), {"version": "7.22.2-179"}),
    "certificates_are_pem": Mutation(fields(CERTIFICATES, ldap_client_cert="no PEM")),
    "bundles_have_no_key": Mutation(fields(CERTIFICATES, mtls_trusted_ca_key="a key")),
    "all_keys_or_none": Mutation(body(CERTIFICATES, _without("cm_key"))),
    # Settings.
    "cluster_has_name": Mutation(fields(CLUSTER, name=5)),
    "cluster_has_ports": Mutation(fields(CLUSTER, cnm_https_port="9443")),
    "cluster_has_handle_redirects": Mutation(fields(CLUSTER, handle_redirects="no")),
    "alerts_have_thresholds": Mutation(
        fields(
            CLUSTER,
            alert_settings={
                "cluster_certs_about_to_expire": {"enabled": True, "threshold": 45},
                "node_internal_certs_about_to_expire": {"enabled": True, "threshold": "15"},
            },
        )
    ),
    "cluster_has_cipher_suites": Mutation(fields(CLUSTER, control_cipher_suites=["HIGH"])),
    "tls_versions": Mutation(fields(CLUSTER, min_data_TLS_version="1.1")),
    "cluster_has_certificate_login": Mutation(fields(CLUSTER, mtls_certificate_authentication="enabled")),
    "cluster_has_metrics_auth": Mutation(fields(CLUSTER, metrics_auth="disabled")),
    "cluster_has_masked_credentials": Mutation(body(CLUSTER, _without("mask_bdb_credentials"))),
    "cluster_has_basic_authentication": Mutation(
        fields(CLUSTER, control_plane_basic_authentication=None), {"version": "8.2.0-46"}
    ),
    "rotation_job": Mutation(
        body("/v1/job_scheduler", lambda value: value["cert_rotation_job_settings"].update(cron_expression=None))
    ),
    "rotation_job_enabled": Mutation(
        body("/v1/job_scheduler", lambda value: value["cert_rotation_job_settings"].update(enabled="yes"))
    ),
    "ocsp_settings": Mutation(fields("/v1/ocsp", query_frequency=5)),
    "ldap_settings": Mutation(fields("/v1/cluster/ldap", ca_cert=[PEM])),
    "alert_states": Mutation(body("/v1/cluster/alerts", lambda value: value["uneven_node"].update(state="off"))),
    # Nodes.
    "nodes_are_listed": Mutation(each(NODES, external_addr=None)),
    "version_has_form": Mutation(each(NODES, software_version="8.0.20")),
    "node_statuses_by_uid": Mutation(body(STATUS, lambda value: value["3"].pop("hostname") and None)),
    "bootstrap_has_version": Mutation(
        body("/v1/bootstrap", lambda value: value["local_node_info"].update(software_version=8))
    ),
    "health_is_told": Mutation(fields(HEALTH, status="green")),
    "health_tells_ends": Mutation(
        body(HEALTH, lambda value: value["certificates"][0].update(valid_until="2031-01-01T00:00:00Z"))
    ),
    # Databases.
    "databases_are_listed": Mutation(each(BDBS, name=None)),
    "tls_modes": Mutation(body(BDBS, lambda value: value[1].update(tls_mode="off"))),
    "endpoints_are_listed": Mutation(body(BDBS, lambda value: value[1]["endpoints"][0].update(dns_name=None))),
    "endpoint_names": Mutation(body(BDBS, lambda value: value[0]["endpoints"][0].update(dns_name="db.example.net"))),
    "client_certificates_are_listed": Mutation(
        body(BDBS, lambda value: value[0].update(authentication_ssl_client_certs=[PEM]))
    ),
    "replica_sources_are_listed": Mutation(
        body(
            BDBS, lambda value: [one.update(status="fine") for bdb in value for one in bdb["replica_sources"]] and None
        )
    ),
    "active_active_databases_are_listed": Mutation(
        body(CRDBS, lambda value: value[0]["instances"][0].update(cluster=None))
    ),
    "own_certificates_are_listed": Mutation(each(OWN_CERTIFICATES, not_after=4102444800)),
    "own_certificates_have_text_uids": Mutation(
        body(OWN_CERTIFICATES, lambda value: [{**one, "bdb_uid": int(one["bdb_uid"])} for one in value])
    ),
    "own_certificates_show_no_key": Mutation(each(OWN_CERTIFICATES, private_key="a key")),
    "pages_have_size": Mutation(_size_ignored),
    "pages_differ": Mutation(_page_ignored),
    "pages_end": Mutation(_pages(_far_page_is_404)),
    "own_certificate_is_shown": Mutation(body(f"/v1/bdbs/{OWN[0]}/certificates", lambda value: [value])),
    "no_own_certificate_is_404": Mutation(
        door(
            lambda answer, node, path, login: (
                json_answer(200, {}) if path == "/v1/bdbs/1/certificates" and answer.status == 404 else answer
            )
        )
    ),
    # Statuses.
    "no_login_is_401": Mutation(at_primary(lambda path, login: path == CLUSTER and not login, refused(403))),
    "unknown_path_is_404": Mutation(at_primary(lambda path, login: path == "/v1/no_such_path", refused(400))),
    "wrong_method_is_405": Mutation(at_primary(lambda path, login: path.endswith("/rotate"), refused(404))),
    "update_cert_is_there": Mutation(lambda cluster, patch: patch.setattr(cluster, "update_cert", False)),
    "wrong_version_is_505": Mutation(header("x-api-version", "99", 200)),
    "wrong_accept_is_400": Mutation(header("Accept", "text/html", 406)),
    "content_type_is_json": Mutation(
        route(CLUSTER, lambda answer, call: Answer(answer.status, answer.body, "text/plain", answer.headers))
    ),
    "errors_are_described": Mutation(
        at_primary(lambda path, login: path == "/v1/no_such_path", json_answer(404, {"message": "no such path"}))
    ),
    # Ports.
    "api_ports": Mutation(presents("api")),
    "cm_ports": Mutation(presents("cm")),
    "metrics_ports": Mutation(presents("metrics_exporter")),
    "database_ports": Mutation(presents("proxy")),
    "own_certificate_ports": Mutation(presents(own_name(OWN[1]))),
    # Metrics.
    "metrics_show_cluster": Mutation(lines("/v2", 'node="3"', node=2)),
    "metrics_have_labels": Mutation(text("/v2", "path=", "file=")),
    "metrics_do_not_redirect": Mutation(
        exporter(lambda answer, node, path, login: Answer(307) if node.uid != 1 and path == "/v2" else answer)
    ),
    "metrics_of_one_node": Mutation(text("/v2/node", "{", '{node="1",')),
    "no_metrics_v2": Mutation(
        exporter(lambda answer, node, path, login: Answer(200, b"") if path == "/v2" else answer),
        {"version": "7.4.6-280"},
    ),
    "metrics_v1_of_primary": Mutation(text("/", "node_cert_expiration_seconds", "node_cert_expires_in_seconds")),
    "metrics_v1_redirects": Mutation(
        exporter(lambda answer, node, path, login: Answer(200, b"") if answer.status == 307 else answer)
    ),
    "metrics_name_certificates": Mutation(lambda cluster, patch: cluster.metrics.hide("gossip_ca_signed")),
    "metrics_tell_ends": Mutation(lambda cluster, patch: cluster.metrics.lie("syncer", 7200, node=3)),
    "metrics_demand_login": Mutation(
        exporter(lambda answer, node, path, login: answer if login or path != "/v2/node" else Answer(401))
    ),
    "metrics_take_basic": Mutation(
        exporter(lambda answer, node, path, login: Answer(401) if path == "/" and node.uid == 1 else answer),
        {"metrics_auth": True},
    ),
    # Roles of users.
    "readers_see_all": Mutation(status(STATUS, 403)),
    "role_is_known": Mutation(each("/v1/users", role="root")),
    "keys_by_role": Mutation(each("/v1/users", role="db_viewer")),
    # Tokens.
    "token_is_given": Mutation(body(AUTHORIZE, lambda value: {"jwt": "x"}, "POST")),
    "token_is_taken": Mutation(header("Authorization", "Bearer ", 401), depend=frozenset({"token_is_refreshed"})),
    "token_lives_300_seconds": Mutation(attribute(cluster_routes, "DEFAULT_TTL", 12 * DEFAULT_TTL)),
    "token_lives_as_asked": Mutation(_ttl(660, 60)),
    "token_ttl_is_limited": Mutation(_ttl(86401, 86401)),
    "token_is_refreshed": Mutation(lambda cluster, patch: patch.setattr(cluster, "refresh_jwt", False)),
    # Writes.
    "same_write_is_accepted": Mutation(body(CERTIFICATES, lambda value: {"certificates": []}, "PUT")),
    "same_write_reads_back": Mutation(_after_write(_replaced, only=2)),
    "no_bulk_write": Mutation(attribute(Release, "bulk_put", True), {"version": "7.8.6-303"}),
    "deprecated_write_is_accepted": Mutation(status("/v1/cluster/update_cert", 410, "PUT")),
    "root_left_out": Mutation(_without_root(lambda answer: refused(422))),
    "root_refusal_is_described": Mutation(_undescribed, {"needs_root": True}),
    "wrong_key_is_refused": Mutation(attribute(validation, "_check_key", lambda leaf, text: None)),
    "ports_after_write": Mutation(_after_write(lambda cluster: _present(cluster, "metrics_exporter"))),
    "metrics_after_write": Mutation(_after_write(lambda cluster: cluster.metrics.lie("metrics_exporter", 9000))),
    "dry_run_of_settings": Mutation(status(CLUSTER, 405, "PUT")),
    "dry_run_of_database": Mutation(status("/v1/bdbs/1", 406, "PUT")),
    "dry_run_of_own_certificate": Mutation(_trial_applied),
}
