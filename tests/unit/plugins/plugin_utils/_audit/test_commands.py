# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command of each finding: right for what was found, and harmless whatever names say."""

from __future__ import annotations

import shlex
from typing import Any

import fleets
import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import attention
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.page import findings
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.page.commands import Command, command
from hypothesis import given
from hypothesis import strategies as st

from . import reports

NAME = "payments"
URL = "https://payments.example.com:9443"
PLAYBOOK = "ansible-playbook redis_enterprise.certificates"
MODULE = "ansible localhost -m redis_enterprise.certificates"
ROTATE = f"{PLAYBOOK}.rotate --limit payments"
AUDIT = f"{PLAYBOOK}.audit --limit payments"
CURL = "curl --fail --cacert ca.pem -u USER"
JSON = "-H 'Content-Type: application/json'"


def finding(check: str, certificate: str | None = None, severity: str = "critical", message: str = "") -> Any:
    return {
        "severity": severity,
        "cluster": NAME,
        "certificate": certificate,
        "check": check,
        "message": message,
        "remedy": "",
        "accepted": None,
    }


def cluster(**other: Any) -> Any:
    return fleets.cluster(NAME, url=URL, **other)


def text(check: str, certificate: str | None = None, severity: str = "critical", **other: Any) -> str:
    return command(finding(check, certificate, severity), cluster(**other), reports.policy().as_dict()).of(
        [certificate]
    )


DATABASES = [
    fleets.database(NAME, "orders", 7),
    fleets.database(NAME, "carts", 2, certificate="database carts, client 1", kind="client"),
]


@pytest.mark.parametrize("check", ["expiry", "issuer_expiry", "key_size", "issuer", "lifetime", "eku_missing", "odd"])
@pytest.mark.parametrize("name", ["proxy", "api", "mtls_trusted_ca", "unheard_of"])
def test_a_rotation_replaces_certificates_of_clusters(check: str, name: str) -> None:
    assert text(check, name) == f"{ROTATE} -e rotation_only={name}"


def test_one_run_replaces_what_was_found_of_several() -> None:
    data = cluster(certificates=[fleets.facts(NAME, name, 5) for name in ("api", "proxy", "data_internode_encryption")])
    assert [(row.certificates, row.command) for row in rows(data)] == [
        (["api", "proxy"], f"{ROTATE} -e rotation_only=api,proxy"),
        (
            ["data_internode_encryption"],
            f"{MODULE}.internal_certificate_rotation -a 'url={URL} name=data_internode_encryption renew_before=30'",
        ),
    ]


def test_the_log_ends_with_the_command_for_what_is_most_urgent() -> None:
    soon = cluster(
        certificates=[fleets.facts(NAME, name, days) for name, days in (("cm", 25), ("api", 2), ("proxy", 3))]
    )
    other = fleets.cluster("orders", certificates=[fleets.facts("orders", "api", 20)])

    def last(*data: Any) -> list[str]:
        lines = attention.lines(reports.report(data), {}, everything=False)
        text = [line if isinstance(line, str) else line[0] for line in lines]
        return text[next((number for number, line in enumerate(text) if line.startswith("Next: ")), len(text)) :]

    assert last(other, soon) == [
        f"Next: {NAME}, api, proxy, cm:",
        f"  {ROTATE} \\",
        "     -e rotation_only=api,proxy,cm",
    ]
    assert last(fleets.cluster("orders", certificates=[fleets.facts("orders", "api", 200)])) == []


def rows(data: Any, **policy: Any) -> list[findings.Row]:
    sections = findings.by_severity(reports.report([data], **policy))
    return [row for section in sections for group in section.groups for row in group.rows]


@pytest.mark.parametrize("check", ["readable", "on_node"])
def test_what_does_not_differ_is_forced(check: str) -> None:
    assert text(check, "syncer") == f"{ROTATE} -e rotation_force=true -e rotation_only=syncer"


def test_internode_certificates_are_renewed_by_the_cluster() -> None:
    internal = f"{MODULE}.internal_certificate_rotation -a 'url={URL} name=ccs_internode_encryption"
    assert text("expiry", "ccs_internode_encryption") == f"{internal} renew_before=30'"
    for check in ("readable", "on_node", "eku_missing"):
        assert text(check, "ccs_internode_encryption") == f"{internal} force=true'"
    # Its own private CA is what it is; another one comes with certificates that a rotation installs.
    assert text("issuer_expiry", "ccs_internode_encryption") == ""
    assert text("issuer", "ccs_internode_encryption") == f"{ROTATE} -e rotation_only=ccs_internode_encryption"


@pytest.mark.parametrize("check", ["expiry", "issuer_expiry", "key_size", "name_missing", "readable"])
def test_certificates_of_databases_are_replaced_by_the_vendors_endpoints(check: str) -> None:
    own = text(check, "database orders", databases=DATABASES)
    assert own == (
        "jq -n --rawfile cert FILE.pem --rawfile private_key FILE.key '{$cert, $private_key}'"
        f" | {CURL} {JSON} -d @- {URL}/v1/bdbs/7/certificates"
    )
    client = text(check, "database carts, client 1", databases=DATABASES)
    assert client == (
        f"{CURL} -o list.json '{URL}/v1/bdbs/2?fields=authentication_ssl_client_certs'"
        f" && ${{EDITOR:-vi}} list.json && {CURL} {JSON} -X PUT -d @list.json {URL}/v1/bdbs/2"
    )


def test_what_has_to_be_looked_at_again_is() -> None:
    assert text("served", "proxy") == AUDIT
    assert text("served", "database 9") == AUDIT
    assert text("reading") == AUDIT
    assert text("drift", "proxy") == f"{ROTATE} --check --diff -e rotation_only=proxy"
    assert text("node_active") == "rladmin status nodes"


def test_what_does_not_verify() -> None:
    assert text("trusted", "proxy", "info") == f"{AUDIT} -e redis_enterprise_ca_path=both.pem"
    assert text("trusted", "proxy", "warning") == f"{ROTATE} -e rotation_only=proxy"
    assert "/v1/bdbs/7/certificates" in text("trusted", "database orders", "warning", databases=DATABASES)
    assert text("trusted", "database 9", "warning") == AUDIT


def test_settings_of_the_cluster_are_turned_on() -> None:
    alerts = {"cluster_certs_about_to_expire": {"enabled": False, "threshold": 45}}
    body = '{"alert_settings": {"%s": {"enabled": true, "threshold": "%s"}}}'
    put = f"{CURL} {JSON} -X PUT -d"
    wanted = body % ("cluster_certs_about_to_expire", 45)
    assert text("expiry_alert", alerts=alerts) == f"{put} '{wanted}' {URL}/v1/cluster"
    wanted = body % ("node_internal_certs_about_to_expire", 30)
    assert text("internal_expiry_alert", alerts=alerts) == f"{put} '{wanted}' {URL}/v1/cluster"
    wanted = '{"cert_rotation_job_settings": {"enabled": true}}'
    assert text("internal_rotation") == f"{put} '{wanted}' {URL}/v1/job_scheduler"


def test_each_pin_gets_the_certificate_of_its_own_source() -> None:
    pins = [
        {"database": name, "uid": 1, "source": f"redis-1.{name}.example.com", "port": 1, "state": "stale"}
        for name in ("orders", "orders-copy")
    ]
    data = cluster(replication={"active_active": [], "replica_of": pins})
    assert [row.command for row in rows(data)] == [
        f"{MODULE}.replication_certificates -a 'url={URL} source_certificate_path=/ABSOLUTE/proxy.pem"
        f" source_hosts=redis-1.{name}.example.com databases={name}'"
        for name in ("orders", "orders-copy")
    ]


def unread(**failure: Any) -> Command:
    data: Any = {**fleets.unreachable(NAME), "url": URL, "error": {"msg": "no", "failure": failure}}
    return command(finding("reachable"), data, reports.policy().as_dict())


def test_an_unread_cluster_is_looked_at_or_read_again() -> None:
    assert unread(kind="connect_timeout").text == AUDIT
    # Without credentials: what presents the wrong certificate may be another server.
    shown = unread(kind="tls_expired")
    assert shown.text == f"{MODULE}.served_certificate_info -a endpoints=payments.example.com:9443"
    assert "break-glass" in shown.note
    assert unread(kind="not_reported") == Command(AUDIT, "Then merge again.")


@pytest.mark.parametrize("check", ["hazard", "exception_ended", "not_yet_valid"])
def test_where_there_is_no_command_the_reason_is_given(check: str) -> None:
    shown = command(finding(check), cluster(), reports.policy().as_dict())
    assert shown.text == ""
    assert shown.note.startswith("No command: ")


@pytest.mark.parametrize("size", [1, 12, 60])
def test_every_finding_has_a_command_or_a_reason(size: int) -> None:
    found = [
        row for data in (*fleets.fleet(size), fleets.hostile()) for row in rows(data, exceptions=[reports.ACCEPTED])
    ]
    assert found
    assert all(row.command or row.note for row in found)


NAMES = st.text(min_size=1, max_size=20) | st.text("a.-:,&!*?~@[]{}$`'\"\\ ;|#%", min_size=1, max_size=12)


@given(NAMES)
def test_a_limit_is_this_cluster_alone_whatever_its_name(name: str) -> None:
    about: Any = {**finding("expiry", "proxy"), "cluster": name}
    shown = command(about, fleets.cluster(name), reports.policy().as_dict())
    if not shown.text:
        assert shown.note
        return
    argv = shlex.split(shown.of(["proxy"]))
    assert argv[:3] == ["ansible-playbook", "redis_enterprise.certificates.rotate", "--limit"]
    assert argv[4:] == ["-e", "rotation_only=proxy"]
    inventory = InventoryManager(DataLoader(), sources=[])
    for host in (name, "other", "a"):
        inventory.add_host(host, group="all")
    inventory.subset(argv[3])
    assert [host.name for host in inventory.get_hosts("all")] == [name]


@given(NAMES, NAMES, NAMES)
def test_arguments_of_modules_are_what_they_say(url: str, source: str, database: str) -> None:
    pin = {"database": database, "uid": 1, "source": source, "port": 1, "state": "stale"}
    data = cluster(replication={"active_active": [], "replica_of": [pin]})
    data["url"] = f"https://{url}:9443"
    message = f"database {database} pins, for its source {source}, an old one"
    shown = command(finding("replica_pin", message=message), data, reports.policy().as_dict())
    if shown.text:
        argv = shlex.split(shown.text)
        assert len(argv) == 6
        assert "{{" not in argv[-1]
        assert parse_kv(argv[-1]) == {
            "url": data["url"],
            "source_certificate_path": "/ABSOLUTE/proxy.pem",
            "source_hosts": source,
            "databases": database,
        }


@given(NAMES)
def test_certificates_are_listed_as_they_are_called(name: str) -> None:
    shown = command(finding("expiry", name), cluster(), reports.policy().as_dict())
    if shown.text:
        variables = parse_kv(shlex.split(shown.of([name]))[-1])
        assert variables == {"rotation_only": name}


def test_what_a_bent_report_says_gets_no_command() -> None:
    own, client = DATABASES
    assert text("expiry", "database orders", databases=[{**own, "uid": "1'; rm -rf /"}]) == ""
    assert text("expiry", "database carts, client 1", databases=[{**client, "kind": "odd"}]) == ""
    for url in (None, "", "file:///etc/passwd", "https://a b"):
        data: Any = {**cluster(), "url": url}
        for check in ("internal_rotation", "replica_pin", "expiry_alert"):
            shown = command(finding(check), data, reports.policy().as_dict())
            assert shown.text == ""
            assert shown.note


@given(NAMES)
def test_requests_go_to_the_url_of_the_cluster(url: str) -> None:
    data: Any = {**cluster(), "url": f"https://{url}"}
    shown = command(finding("internal_rotation"), data, reports.policy().as_dict())
    if shown.text:
        assert shlex.split(shown.text)[-1] == f"https://{url.rstrip('/')}/v1/job_scheduler"
