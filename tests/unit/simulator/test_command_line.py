# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator``: what it prints, how it ends, and that nothing is left behind."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from simulator.command_line import main
from unit.simulator.raw_client import basic, presented

TESTS = Path(__file__).resolve().parents[2]
ANY_PORTS = [word for name in ("api", "cm", "metrics", "database") for word in (f"--{name}-port", "0")]


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The simulator in a separate process, with a temporary folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=TESTS,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """Pytest's own are too long for the path of a socket."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    ready = folder / "ready.json"
    process = command(folder, *ANY_PORTS, "--ready-file", str(ready), *arguments)
    try:
        started = time.monotonic()
        while not ready.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() - started < 30
            time.sleep(0.02)
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        yield process, json.loads(ready.read_text())
    finally:
        process.kill()
        process.communicate()


def servers_in(folder: Path) -> list[str]:
    """The command lines of processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in text:
            found.append(text)
    return found


def wait_until_gone(folder: Path) -> None:
    started = time.monotonic()
    while servers_in(folder):
        assert time.monotonic() - started < 5, servers_in(folder)
        time.sleep(0.02)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_until_a_signal_and_leaves_nothing(folder: Path, ending: signal.Signals) -> None:
    options = ["--nodes", "2", "--version", "7.8.6-36", "--fqdn", "c.example.org"]
    with running(folder, *options) as (process, ready):
        assert ready["addresses"] == ["127.0.0.1", "127.0.0.2"]
        assert ready["fqdn"] == "c.example.org"
        assert ready["url"] == f"https://127.0.0.1:{ready['api_port']}"
        for name in ("api_port", "cm_port", "metrics_port", "database_port"):
            assert presented("127.0.0.2", ready[name])
        process.send_signal(ending)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    for text in (ready["url"], ready["username"], ready["password"], ready["ca_path"], "2 nodes", "7.8.6-36"):
        assert text in output
    assert "BEGIN" not in output
    assert list(folder.iterdir()) == []
    wait_until_gone(folder)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ready["api_port"]), timeout=5)


def test_a_signal_moves_the_primary(folder: Path) -> None:
    with running(folder, "--primary", "2", "--down", "3", "--fault", "GET /v1/nodes node=2 status=418") as (
        process,
        ready,
    ):
        assert ready["primary"] == 2
        assert ask(ready, "GET", "/v1/cluster") == 307
        process.send_signal(signal.SIGUSR1)
        started = time.monotonic()
        while (status := ask(ready, "GET", "/v1/cluster")) == 307:
            assert time.monotonic() - started < 10
            time.sleep(0.02)
        assert status == 200
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert "primary   node 2\n" in output
    assert "primary   node 1 of cluster.example.com\n" in output


def test_followers_can_answer(folder: Path) -> None:
    with running(folder, "--primary", "2", "--handle-redirects") as (dummy, ready):
        assert ask(ready, "GET", "/v1/cluster") == 200


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc to look at")
def test_redis_servers_die_even_with_a_simulator_that_is_killed(folder: Path) -> None:
    with running(folder, "--database", "redis", "--nodes", "2") as (process, ready):
        assert len([text for text in servers_in(folder) if text.startswith("sh ")]) >= 2
        process.kill()
        process.wait()
        started = time.monotonic()
        while True:
            # It is reset where the server ends while it is connected to.
            with contextlib.suppress(ConnectionResetError):
                try:
                    socket.create_connection(("127.0.0.1", ready["database_port"]), timeout=5).close()
                except ConnectionRefusedError:
                    break
            assert time.monotonic() - started < 5
            time.sleep(0.02)
        wait_until_gone(folder)


def ask(ready: dict[str, Any], method: str, path: str) -> int:
    return exchange(ready, method, path)[0]


def read(ready: dict[str, Any], path: str) -> Any:
    return json.loads(exchange(ready, "GET", path)[1])


def exchange(ready: dict[str, Any], method: str, path: str) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=ready["ca_path"])
    connection = http.client.HTTPSConnection("127.0.0.1", ready["api_port"], context=context, timeout=10)
    headers = {"Authorization": basic(ready["username"], ready["password"]), "Content-Type": "application/json"}
    connection.request(method, path, b"{}", headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_its_options_reach_the_cluster(folder: Path) -> None:
    (folder / "password").write_text("of my own\nsecond line\n")
    (folder / "there").mkdir()
    options = ["--password-file", str(folder / "password"), "--directory", str(folder / "there"), "--database", "none"]
    options += ["--fault", "GET /v1/cluster status=418 times=1", "--down", "3", "--lag", "2=inf"]
    options += ["--optional", "ldap_client", "--expires", "ldap_client=-3", "--unset", "null"]
    with running(folder, *options) as (process, ready):
        assert ready["password"] == "of my own"
        assert Path(ready["ca_path"]).parent == folder / "there"
        assert [ask(ready, "GET", "/v1/cluster") for _number in range(2)] == [418, 200]
        assert ask(ready, "DELETE", "/v1/cluster/certificates/ldap_client") == 500
        assert ask(ready, "DELETE", "/v1/cluster/certificates/ldap_client") == 404
        with pytest.raises(ConnectionRefusedError):
            presented("127.0.0.3", ready["api_port"])
        process.terminate()
        process.communicate(timeout=20)
    assert sorted(path.name for path in folder.rglob("*")) == ["password", "there"]


def test_what_its_options_make_of_nodes_and_databases(folder: Path) -> None:
    options = ["--nodes", "2", "--version", "7.22.0-94", "--internal", "1=127.0.0.77", "--external", "1=127.0.0.1,::1"]
    options += ["--database", "tls", "--active-active", "--plain-database", "--database-client-certificates"]
    options += ["--stale-proxy", "2.5", "--internode-outage", "0"]
    with running(folder, *options) as (dummy, ready):
        assert [(node["addr"], node["external_addr"]) for node in read(ready, "/v1/nodes")] == [
            ("127.0.0.77", ["127.0.0.1", "::1"]),
            ("127.0.0.2", []),
        ]
        first, second = read(ready, "/v1/bdbs")
        assert (first["crdt"], second["tls_mode"]) == (True, "disabled")
        with pytest.raises(OSError, match=r"."):
            presented("127.0.0.1", ready["database_port"])


def test_a_peer_shares_the_database(folder: Path) -> None:
    (folder / "there").mkdir()
    options = ["--nodes", "2", "--version", "7.8.6-36", "--database", "tls", "--peer", "peer.example.org"]
    options += ["--username", "me@example.org", "--directory", str(folder / "there"), "--down", "2"]
    with running(folder, *options) as (process, ready):
        peer = ready["peer"]
        assert peer.keys() == ready.keys() - {"peer"}
        both = (ready, peer)
        assert [one["fqdn"] for one in both] == ["cluster.example.com", "peer.example.org"]
        assert [one["username"] for one in both] == ["me@example.org"] * 2
        assert peer["addresses"] == ready["addresses"]
        for name in ("url", "password", "ca_path", "api_port", "cm_port", "metrics_port", "database_port"):
            assert peer[name] != ready[name]
        assert {Path(one["ca_path"]).parent for one in both} == {folder / "there"}
        (shared,) = read(ready, "/v1/crdbs")
        assert read(peer, "/v1/crdbs") == [shared]
        assert [instance["cluster"] for instance in shared["instances"]] == [
            {"name": one["fqdn"], "url": one["url"]} for one in both
        ]
        assert [read(one, "/v1/bdbs")[0]["crdt_sources"][0]["status"] for one in both] == ["in-sync"] * 2
        assert [node["status"] for node in read(ready, "/v1/nodes")] == ["active", "down"]
        assert [(node["status"], node["software_version"]) for node in read(peer, "/v1/nodes")] == [
            ("active", "7.8.6-36")
        ] * 2
        process.terminate()
        output, _errors = process.communicate(timeout=20)
    assert all(one[name] in output for one in both for name in ("url", "password", "ca_path", "fqdn"))
    assert sorted(path.name for path in folder.rglob("*")) == ["there"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nodes", "0"], "nodes"),
        (["--nodes", "many"], "--nodes"),
        (["--version", "8"], "8.0.20-96"),
        (["--fault", "PUT"], "METHOD PATH"),
        (["--fault", "PUT /x kind=explode"], "explode"),
        (["--expires", "proxy"], "--expires"),
        (["--expires", "proxy=soon"], "--expires"),
        (["--expires", "nonsense=3"], "nonsense"),
        (["--optional", "proxy"], "proxy"),
        (["--lag", "9=1"], "node"),
        (["--primary", "4"], "primary"),
        (["--fault", "GET /x kind=pass primary=4"], "uid 4"),
        (["--lag", "1=nan"], "--lag"),
        (["--down", "x"], "--down"),
        (["--internal", "one=127.0.0.9"], "--internal"),
        (["--internal", "1"], "address"),
        (["--external", "1=127.0.0.9,node1"], "node1"),
        (["--external", "4=127.0.0.9"], "external"),
        (["--internode-outage", "long"], "--internode-outage"),
        (["--internode-outage", "nan"], "internode_outage"),
        (["--stale-proxy", "-1"], "stale_proxy"),
        (["--stale-proxy", "1", "--database", "none"], "stale_proxy"),
        (["--active-active", "--database", "none"], "active_active"),
        (["--peer", "c.example.org", "--fqdn", "c.example.org"], "--peer"),
        (["--peer", "c.example.org", "--database", "none"], "active_active"),
        (["--metrics-auth", "--version", "7.22.2-179"], "metrics_auth"),
        (["--no-basic", "--version", "8.0.20-96"], "basic_auth"),
        (["--password-file", "/nonexistent/password"], "/nonexistent/password"),
        (["--unknown"], "--unknown"),
    ],
)
def test_a_wrong_option_is_one_line(capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    output, errors = capsys.readouterr()
    assert (ended.value.code, output) == (2, "")
    assert errors.startswith("simulator: ")
    assert message in errors
    assert errors.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = command(folder, *ANY_PORTS, "--api-port", port)
        _output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"port {port} cannot be bound" in errors
    assert errors.count("\n") == 1
    assert list(folder.iterdir()) == []
