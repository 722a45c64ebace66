# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: what wins, what is trusted, and what is said when there is no useful answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority
from simulator.ports import full_port

from .runs import GROUP, Ansible, Outcome, login, task

#: On one worker, so that the run that the module shares is made once.
pytestmark = [pytest.mark.xdist_group("test_connection"), pytest.mark.corner]

MODULE = "cluster_certificate_info"

#: A fault that one GET meets, and the kind of failure that the module makes of it.
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "401": ({"status": 401}, "unauthorized"),
    "403": ({"status": 403}, "forbidden"),
    "404": ({"status": 404}, "not_found"),
    "405": ({"status": 405}, "method_not_allowed"),
    "418": ({"status": 418}, "http_status"),
    "429": ({"status": 429}, "too_many_requests"),
    "500": ({"status": 500}, "server_error"),
    "503": ({"status": 503}, "unavailable"),
    "505": ({"status": 505}, "version_not_supported"),
    "503 with a page": ({"kind": "html", "status": 503}, "unavailable"),
    "page": ({"kind": "html", "status": 200}, "html"),
    "empty": ({"kind": "empty", "status": 200}, "empty"),
    "garbage": ({"kind": "garbage"}, "not_json"),
    "other JSON": ({"kind": "wrong_json"}, "unexpected_json"),
    "truncated": ({"kind": "truncated"}, "truncated"),
    "over-long": ({"kind": "overlong"}, "too_large"),
    "over-long, chunked": ({"kind": "overlong_chunked"}, "too_large"),
    "over-long, unbounded": ({"kind": "overlong_unbounded"}, "too_large"),
    "redirect": ({"kind": "redirect", "location": "https://user:pw@elsewhere.example.com:1/x?y"}, "redirect"),
    "closed": ({"kind": "close_before"}, "connection_lost"),
    "reset": ({"kind": "reset"}, "connection_lost"),
    "never": ({"kind": "never"}, "read_timeout"),
    "byte by byte": ({"kind": "drip", "delay": 0.1}, "read_timeout"),
}


def once(cluster: Cluster) -> dict[str, Any]:
    """Connection options that repeat nothing."""
    return {**login(cluster), "retries": 0}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One run in which each task meets one fault."""
    waiting = {"timeout": 2}
    tasks = [
        task(name, MODULE, waiting if kind == "read_timeout" else {}, ignore_errors=True)
        for name, (_options, kind) in FAULTS.items()
    ]
    with Cluster(nodes=1, database="none") as cluster:
        for options, _kind in FAULTS.values():
            cluster.add_fault(Fault(method="GET", times=1, **options))
        run = Ansible(tmp_path_factory.mktemp("run")).tasks(tasks, connection=once(cluster)).expect()
        return run, cluster


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_a_message_of_its_own(name: str, faulty: Any) -> None:
    run, cluster = faulty
    outcome = run[name]
    options, kind = FAULTS[name]
    assert outcome.failure["kind"] == kind
    assert outcome.failure["cluster"] == cluster.url
    assert outcome.failure.get("status") == options.get("status", 307 if kind == "redirect" else None) or kind in (
        "html",
        "empty",
    )
    message = outcome.result["msg"]
    assert message.startswith(f"GET /v1/cluster/certificates to {cluster.url}: ")
    assert message.endswith(".")
    assert "user:pw" not in message


def test_no_two_kinds_share_a_message(faulty: Any) -> None:
    run, _cluster = faulty
    messages = {run[name].result["msg"].partition(" (HTTP")[0]: kind for name, (_options, kind) in FAULTS.items()}
    assert len(messages) >= len({kind for _options, kind in FAULTS.values()})
    assert len(set(messages.values())) == len({kind for _options, kind in FAULTS.values()})


def test_what_the_server_says_of_it_is_passed_on(ansible: Ansible, cluster: Cluster) -> None:
    cluster.add_fault(Fault(method="GET", status=503, error_code="node_not_bootstrapped"))
    run = ansible.tasks([task("read", MODULE, {})], connection=once(cluster)).expect(ok=False)
    assert run["read"].failure["error_code"] == "node_not_bootstrapped"
    assert '(HTTP 503, node_not_bootstrapped: "a simulated fault")' in run["read"].result["msg"]


@pytest.fixture
def silent_port() -> Iterator[int]:
    with full_port() as port:
        yield port


@pytest.fixture
def text_port() -> Iterator[int]:
    """A port that does not speak TLS."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.example.com ESMTP\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_hosts_and_ports_that_do_not_answer(
    ansible: Ansible, cluster: Cluster, silent_port: int, text_port: int, authority: Authority
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed_port = unused.getsockname()[1]
    (ansible.folder / "other-ca.pem").write_text(authority.ca_pem)
    (ansible.folder / "no-ca.pem").write_text("nothing")
    cases: dict[str, tuple[dict[str, Any], str, str]] = {
        "unknown host": ({"url": "https://no-such-host.invalid:9443"}, "unknown_host", "no-such-host.invalid"),
        "refused": ({"url": f"https://127.0.0.1:{closed_port}"}, "connection_refused", "refused"),
        "silent": ({"url": f"https://127.0.0.1:{silent_port}", "timeout": 1}, "connect_timeout", "(timeout)"),
        "no TLS": ({"url": f"https://127.0.0.1:{text_port}"}, "tls", "TLS handshake"),
        "another CA": ({"ca_path": str(ansible.folder / "other-ca.pem")}, "tls_untrusted", "Set ca_path"),
        "no CA in the file": ({"ca_path": str(ansible.folder / "no-ca.pem")}, "invalid_option", "option ca_path"),
        "no such file": ({"ca_path": "/nowhere/ca.pem"}, "invalid_option", "/nowhere/ca.pem is not a file"),
        "system trust": ({"ca_path": None}, "tls_untrusted", "the system's trust store"),
        "client key missing": ({"client_key": cluster.ca_path}, "invalid_option", "client_cert"),
        "client key unusable": (
            {"client_cert": cluster.ca_path, "client_key": cluster.ca_path},
            "invalid_option",
            "option client_key",
        ),
    }
    tasks = [task(name, MODULE, options, ignore_errors=True) for name, (options, *dummy) in cases.items()]
    run = ansible.tasks(tasks, connection=once(cluster)).expect()
    for name, (_options, kind, text) in cases.items():
        assert run[name].failure["kind"] == kind, name
        assert text in run[name].result["msg"], name


def test_a_host_that_the_certificate_does_not_cover(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="none") as cluster:
        issued = authority.issue(sans=["cluster.example.com"])
        cluster.set_certificate("api", issued.certificate_pem, str(issued.key_pem))
        ca_path = ansible.folder / "ca.pem"
        ca_path.write_text(authority.ca_pem)
        urls = {host: cluster.url.replace("127.0.0.1", host) for host in ("127.0.0.1", "localhost")}
        run = ansible.tasks(
            [task(host, MODULE, {"url": url}, ignore_errors=True) for host, url in urls.items()],
            connection={**once(cluster), "ca_path": str(ca_path)},
        ).expect()
        for host in urls:
            assert run[host].failure["kind"] == "tls_host_mismatch"
            assert f"does not cover {host}" in run[host].result["msg"]


def test_an_expired_api_certificate_and_the_way_out(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none", expires={"api": -1}) as cluster:
        run = ansible.tasks(
            [
                task("verified", MODULE, {}, ignore_errors=True),
                task("not verified", MODULE, {"validate_certs": False}),
            ],
            connection=once(cluster),
        ).expect()
    assert run["verified"].failure["kind"] == "tls_expired"
    assert "validate_certs" in run["verified"].result["msg"]
    assert run["not verified"].status == "ok"


def test_urls_that_are_refused(ansible: Ansible) -> None:
    wrong = {
        "https://cluster.example.com:9443/v1": "must not contain a path",
        "https://cluster.example.com:9443?x=y": "a query",
        "https://admin:secret@cluster.example.com:9443": "must not contain credentials",
        "http://cluster.example.com:8080": "http:// sends private keys in clear text",
        "cluster.example.com:9443": "must start with https://",
        "https://:9443": "must name a host",
        "https://cluster.example.com:99999": "not a valid URL",
        "https://[::1:9443": "not a valid URL",
    }
    user = {"username": "a", "password": "some password"}
    run = ansible.tasks([task(url, MODULE, {"url": url, **user}, ignore_errors=True) for url in wrong]).expect()
    for url, text in wrong.items():
        assert run[url].failure["option"] == "url", url
        assert text in run[url].result["msg"], url


def identity(cluster: Cluster, outcome: Outcome) -> tuple[str | None, str | None]:
    """How the requests of a task logged in."""
    (found,) = {
        (request.authentication, request.username)
        for request in cluster.requests
        if outcome.started <= request.arrived <= outcome.ended
    }
    return found


def test_what_the_task_gives_wins_over_the_environment(ansible: Ansible, cluster: Cluster) -> None:
    admin, viewer = cluster.user("admin"), cluster.user("cluster_viewer")
    environment = {
        "REDIS_ENTERPRISE_URL": cluster.url,
        "REDIS_ENTERPRISE_USER": admin.username,
        "REDIS_ENTERPRISE_PASSWORD": admin.password,
        "REDIS_ENTERPRISE_CA_CERT": str(cluster.ca_path),
    }
    token = {"environment": {"REDIS_ENTERPRISE_TOKEN": cluster.token("admin")}}
    given = {"username": viewer.username, "password": viewer.password}
    insecure = {"environment": {"REDIS_ENTERPRISE_INSECURE": "true", "REDIS_ENTERPRISE_CA_CERT": ""}}
    wrong_ca = str(ansible.folder / "wrong.pem")
    Path(wrong_ca).write_text(Authority().ca_pem)
    run = ansible.tasks(
        [
            task("environment", MODULE, {}),
            task("given user", MODULE, given),
            task("given token", MODULE, {"token": cluster.token("cluster_viewer")}),
            task("given user against the environment's token", MODULE, given, **token),
            task("token of the environment", MODULE, {}, **token),
            task("insecure", MODULE, {}, **insecure),
            task("insecure, but ca_path is given", MODULE, {"ca_path": wrong_ca}, ignore_errors=True, **insecure),
            task(
                "insecure, but validate_certs is given",
                MODULE,
                {"validate_certs": True},
                ignore_errors=True,
                **insecure,
            ),
        ],
        environment=environment,
    ).expect()
    assert identity(cluster, run["environment"]) == ("basic", admin.username)
    assert identity(cluster, run["given user"]) == ("basic", viewer.username)
    assert identity(cluster, run["given token"])[1] == viewer.username
    assert identity(cluster, run["given token"])[0] != "basic"
    assert identity(cluster, run["given user against the environment's token"]) == ("basic", viewer.username)
    assert identity(cluster, run["token of the environment"])[0] != "basic"
    assert run["insecure"].status == "ok"
    assert run["insecure, but ca_path is given"].failure["kind"] == "tls_untrusted"
    assert run["insecure, but validate_certs is given"].failure["kind"] == "tls_untrusted"


def test_netrc_and_bundles_of_the_environment_change_nothing(ansible: Ansible, cluster: Cluster) -> None:
    viewer = cluster.user("cluster_viewer")
    (ansible.home / ".netrc").write_text(f"machine 127.0.0.1\nlogin {viewer.username}\npassword {viewer.password}\n")
    (ansible.home / ".netrc").chmod(0o600)
    bundles = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), str(cluster.ca_path))
    # A bundle that trusts the cluster must not help where ca_path does not,
    trusted_by_environment = ansible.tasks(
        [task("read", MODULE, {})],
        connection={**once(cluster), "ca_path": None},
        environment=bundles,
    ).expect(ok=False)
    assert trusted_by_environment["read"].failure["kind"] == "tls_untrusted"
    # and one that does not must not hinder.
    wrong = ansible.folder / "wrong.pem"
    wrong.write_text(Authority().ca_pem)
    run = ansible.tasks(
        [task("read", MODULE, {})],
        connection=once(cluster),
        environment={**dict.fromkeys(bundles, str(wrong)), "SSL_CERT_DIR": "/nowhere", "NETRC": str(ansible.home)},
    ).expect()
    assert identity(cluster, run["read"]) == ("basic", cluster.username)


def test_ca_path_alone_is_trusted(ansible: Ansible, authority: Authority) -> None:
    """A CA that the operating system or certifi trusts is not, once ca_path is given."""
    import certifi

    with Cluster(nodes=1, database="none") as cluster:
        issued = authority.issue()
        cluster.set_certificate("api", issued.certificate_pem, str(issued.key_pem))
        everything = ansible.folder / "everything.pem"
        everything.write_text(Path(certifi.where()).read_text() + authority.ca_pem)
        run = ansible.tasks(
            [
                task("one of many", MODULE, {"ca_path": str(everything)}),
                task("public CAs only", MODULE, {"ca_path": certifi.where()}, ignore_errors=True),
            ],
            connection=once(cluster),
        ).expect()
        assert run["one of many"].status == "ok"
        assert run["public CAs only"].failure["kind"] == "tls_untrusted"


def test_a_client_certificate_logs_in(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="none") as cluster:
        cluster.set_certificate("mtls_trusted_ca", authority.ca_pem, None)
        issued = authority.issue(cluster.user("admin").username, sans=[], eku=["clientAuth"])
        both, cert, key = (ansible.folder / name for name in ("both.pem", "client.pem", "client.key"))
        cert.write_text(issued.certificate_pem)
        key.write_text(str(issued.key_pem))
        both.write_text(issued.certificate_pem + str(issued.key_pem))
        connection = {"url": cluster.url, "ca_path": str(cluster.ca_path)}
        encrypted = ansible.folder / "encrypted.key"
        encrypted.write_text(str(authority.issue(passphrase="open sesame").key_pem))
        run = ansible.tasks(
            [
                task("two files", MODULE, {"client_cert": str(cert), "client_key": str(key)}),
                task("one file", MODULE, {"client_cert": str(both)}),
                task(
                    "environment",
                    MODULE,
                    {},
                    environment={
                        "REDIS_ENTERPRISE_CLIENT_CERT": str(cert),
                        "REDIS_ENTERPRISE_CLIENT_KEY": str(key),
                    },
                ),
                task(
                    "encrypted",
                    MODULE,
                    {"client_cert": str(cert), "client_key": str(encrypted)},
                    ignore_errors=True,
                ),
            ],
            connection=connection,
        ).expect()
        for name in ("two files", "one file", "environment"):
            assert identity(cluster, run[name])[1] == cluster.user("admin").username
        assert run["encrypted"].failure["option"] == "client_key"


def test_plain_http_warns(ansible: Ansible, cluster: Cluster) -> None:
    """There is no plain port to talk to: the warning comes with the failure."""
    options = {**once(cluster), "url": "http://127.0.0.1:1", "allow_http": True}
    run = ansible.tasks([task("read", MODULE, options)]).expect(ok=False, warnings=True)
    assert run["read"].failure["kind"] == "connection_refused"
    assert "cross the network in clear text" in " ".join(run.output.split())


def test_no_login_at_all(ansible: Ansible, cluster: Cluster) -> None:
    connection = {"url": cluster.url, "ca_path": str(cluster.ca_path)}
    run = ansible.tasks(
        [
            task("none", MODULE, {}, ignore_errors=True),
            task("no password", MODULE, {"username": "a"}, ignore_errors=True),
            task("wrong password", MODULE, {"username": cluster.username, "password": "wrong-one"}, ignore_errors=True),
            task("bad token", MODULE, {"token": "not a\ntoken"}, ignore_errors=True),
        ],
        connection=connection,
    ).expect()
    assert "no credentials given" in run["none"].result["msg"]
    assert run["no password"].failure["option"] == "password"
    assert run["wrong password"].failure["kind"] == "unauthorized"
    assert run["bad token"].failure["option"] == "token"


def test_a_task_gets_the_options_that_its_host_has_variables_for(ansible: Ansible, cluster: Cluster) -> None:
    options = "{{ query('redis_enterprise.certificates.connection_options') | first }}"
    read = {**task("Read", MODULE, {}), "module_defaults": {GROUP: options}}
    variables = {f"redis_enterprise_{option}": value for option, value in login(cluster).items()}
    place = Path(cluster.ca_path)
    variables["redis_enterprise_ca_path"] = os.path.relpath(place, ansible.folder)
    run = ansible.tasks([read], variables=variables).expect()
    given = {option: value for option, value in run["Read"].result["invocation"]["module_args"].items() if value}
    assert given["ca_path"] == str(place.resolve())
    assert not {"token", "client_cert"} & given.keys()

    run = ansible.tasks([read], variables={**variables, "redis_enterprise_password": "{{ missing }}"}).expect(ok=False)
    assert "host localhost: the variable redis_enterprise_password cannot be evaluated" in run.output
