# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxies of the environment: who is asked, what is trusted, and who is to blame."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import pytest
from simulator import Cluster
from simulator.authority import Authority
from simulator.tls import server_context

from .runs import Ansible, Outcome, login, task

CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
SOCKS_CONNECTED = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00"
SOCKS_LOGIN = b"\x01\x04user\x04pass"


class Proxy:
    """A forward proxy of loopback: for CONNECT, or for SOCKS 5, as the first byte of a client says.

    :ivar tunnels: whereto it connected.
    """

    def __init__(
        self, answer: bytes | None = CONNECTED, context: ssl.SSLContext | None = None, login: bytes = b""
    ) -> None:
        """Listen.

        :param answer: what it says to CONNECT; None: nothing at all, to anybody.
        :param context: it speaks TLS.
        :param login: what a client of SOCKS has to send.
        """
        self.tunnels: list[str] = []
        self._answer, self._context, self._login = answer, context, login
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(client)
            if self._context:
                client = stack.enter_context(self._context.wrap_socket(client, server_side=True))
            first = client.recv(65536)
            if self._answer is None:
                client.recv(65536)  # until the client gives up
            elif first[:1] == b"\x05":
                self._socks(client, first)
            elif not first.startswith(b"CONNECT "):
                client.sendall(self._answer)
            else:
                host, _colon, port = first.split()[1].decode().rpartition(":")
                self._connect(client, host, int(port), self._answer)

    def _socks(self, client: socket.socket, offered: bytes) -> None:
        method = b"\x02" if self._login else b"\x00"
        client.sendall(b"\x05" + (method if method in offered[2:] else b"\xff"))
        if self._login:
            client.sendall(b"\x01\x00" if client.recv(65536) == self._login else b"\x01\x01")
        asked = client.recv(65536)
        if asked:
            end = 5 + asked[4] if asked[3] == 3 else 8  # a name with its length, or an address
            host = asked[5:end].decode() if asked[3] == 3 else socket.inet_ntoa(asked[4:end])
            self._connect(client, host, int.from_bytes(asked[end : end + 2], "big"), SOCKS_CONNECTED)

    def _connect(self, client: socket.socket, host: str, port: int, answer: bytes) -> None:
        if answer not in (CONNECTED, SOCKS_CONNECTED):
            client.sendall(answer)
            return
        try:
            server = socket.create_connection((host, port))
        except OSError:
            client.sendall(b"\x05\x05" + SOCKS_CONNECTED[2:])
            return
        self.tunnels.append(f"{host}:{port}")
        client.sendall(answer)
        with server:
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (server if source is client else client).sendall(data)


def status(line: str) -> bytes:
    return f"HTTP/1.1 {line}\r\n\r\n".encode()


#: By what is wrong: the variable and its value, of which C({}) is the place of the proxy, the proxy, and the message.
Wrong = tuple[str, str, Callable[[ssl.SSLContext], "Proxy | None"], str]
WRONG: dict[str, Wrong] = {
    "nobody there": (
        "HTTPS_PROXY",
        "http://127.0.0.1:1",
        lambda _tls: None,
        "the proxy of HTTPS_PROXY cannot be reached. Check HTTPS_PROXY, and that the proxy runs",
    ),
    "no such host": (
        "all_proxy",
        "http://no-such-proxy.invalid:1",
        lambda _tls: None,
        "the proxy of all_proxy cannot be reached. Check all_proxy,",
    ),
    "hangs": (
        "HTTPS_PROXY",
        "http://{}",
        lambda _tls: Proxy(answer=None),
        "the proxy of HTTPS_PROXY does not respond within 2 s (timeout). Check HTTPS_PROXY",
    ),
    "SOCKS that hangs": (
        "ALL_PROXY",
        "socks5h://{}",
        lambda _tls: Proxy(answer=None),
        "the proxy of ALL_PROXY does not respond within 2 s (timeout). Check ALL_PROXY",
    ),
    "demands a login": (
        "HTTPS_PROXY",
        "http://{}",
        lambda _tls: Proxy(status("407 Proxy Authentication Required")),
        "the proxy of HTTPS_PROXY demands a login (407). Give user:password@ before its host in HTTPS_PROXY",
    ),
    "SOCKS that demands a login": (
        "ALL_PROXY",
        "socks5h://user:open-sesame@{}",
        lambda _tls: Proxy(login=SOCKS_LOGIN),
        "the proxy of ALL_PROXY demands a login (407)",
    ),
    "refuses": (
        "HTTPS_PROXY",
        "http://{}",
        lambda _tls: Proxy(status("403 Forbidden")),
        "the proxy of HTTPS_PROXY refused to connect to the host in url (403). Allow it there, or list the host",
    ),
    "not TLS": (
        "HTTPS_PROXY",
        "https://{}",
        lambda _tls: Proxy(status("400 Bad Request")),
        "the TLS handshake with the proxy of HTTPS_PROXY failed. If it speaks no TLS, give it as http://",
    ),
    "not trusted": (
        "HTTPS_PROXY",
        "https://{}",
        lambda tls: Proxy(context=tls),
        "the certificate of the proxy of HTTPS_PROXY is not trusted (",
    ),
    "no URL": (
        "HTTPS_PROXY",
        "no url at all",
        lambda _tls: None,
        "environment variable HTTPS_PROXY: not a valid URL. Give it as http://",
    ),
    "other scheme": (
        "HTTPS_PROXY",
        "ftp://127.0.0.1:1",
        lambda _tls: None,
        "environment variable HTTPS_PROXY: unknown scheme. Use one of http, ",
    ),
    "broken URL": (
        "ALL_PROXY",
        "http://user:open-sesame@[::1",
        lambda _tls: None,
        "environment variable ALL_PROXY: not a valid URL.",
    ),
}


@pytest.fixture
def speaks_tls(authority: Authority) -> ssl.SSLContext:
    issued = authority.issue("proxy.example.com", sans=["DNS:proxy.example.com", "IP:127.0.0.1"])
    return server_context(issued.certificate_pem, str(issued.key_pem))


def read(name: str, options: dict[str, Any], **environment: str) -> dict[str, Any]:
    return task(name, "cluster_certificate_info", options, environment=environment, ignore_errors=True)


def test_a_proxy_that_is_to_blame_is_blamed(ansible: Ansible, cluster: Cluster, speaks_tls: ssl.SSLContext) -> None:
    with contextlib.ExitStack() as stack:
        tasks = []
        for case, (variable, value, proxy, _message) in WRONG.items():
            made = proxy(speaks_tls)
            place = stack.enter_context(made).place if made else ""
            tasks.append(read(case, {}, **{variable: value.replace("{}", place)}))
        run = ansible.tasks(tasks, connection={**login(cluster), "retries": 0, "timeout": 2}).expect()
    told = {case: (run[case].failure["kind"], run[case].result["msg"]) for case in WRONG}
    assert {case: kind for case, (kind, _text) in told.items()} == dict.fromkeys(WRONG, "proxy")
    for case, (_kind, text) in told.items():
        assert WRONG[case][-1] in text, case
        assert "open-sesame" not in text


def test_proxies_are_honoured_and_widen_no_trust(
    ansible: Ansible, cluster: Cluster, authority: Authority, speaks_tls: ssl.SSLContext
) -> None:
    trusted, wrong = ansible.folder / "trusted.pem", ansible.folder / "wrong.pem"
    trusted.write_text(authority.ca_pem)
    wrong.write_text(Authority().ca_pem)
    through = cluster.url.removeprefix("https://")
    nowhere = {"url": "https://127.0.0.1:1"}
    with Proxy() as plain, Proxy(context=speaks_tls) as tls, Proxy(login=SOCKS_LOGIN) as socks:
        login_at_socks = f"socks5h://user:pass@{socks.place}"
        run = ansible.tasks(
            [
                read("plain", {}, HTTPS_PROXY=f"http://{plain.place}"),
                read("without scheme", {}, HTTPS_PROXY=plain.place),
                read("untrusted cluster", {"ca_path": str(wrong)}, HTTPS_PROXY=f"http://{plain.place}"),
                read("not for it", {}, HTTPS_PROXY=f"http://{plain.place}", NO_PROXY="127.0.0.1"),
                read("broken, and not for it", {}, HTTPS_PROXY="http://[::1", NO_PROXY="127.0.0.1"),
                read("tls", {}, HTTPS_PROXY=f"https://{tls.place}", SSL_CERT_FILE=str(trusted)),
                read("socks", {}, ALL_PROXY=login_at_socks),
                read("socks, resolved here", {}, ALL_PROXY=login_at_socks.replace("5h:", "5:")),
                read("socks, untrusted cluster", {"ca_path": str(wrong)}, ALL_PROXY=login_at_socks),
                read("socks, nobody there", nowhere, ALL_PROXY=login_at_socks),
            ],
            connection={**login(cluster), "retries": 0},
        ).expect()

    def kind(outcome: Outcome) -> str:
        return outcome.failure["kind"] if outcome.status == "failed" else outcome.status

    assert {outcome.task: kind(outcome) for outcome in run.outcomes} == {
        **dict.fromkeys(["plain", "without scheme", "not for it", "broken, and not for it"], "ok"),
        **dict.fromkeys(["tls", "socks", "socks, resolved here"], "ok"),
        **dict.fromkeys(["untrusted cluster", "socks, untrusted cluster"], "tls_untrusted"),
        "socks, nobody there": "proxy",
    }
    refused = run["socks, nobody there"].result["msg"]
    assert "the proxy of ALL_PROXY refused to connect to the host in url (0x05: Connection refused)" in refused
    assert (set(plain.tunnels), len(plain.tunnels)) == ({through}, 3)
    assert (set(tls.tunnels), len(tls.tunnels)) == ({through}, 1)
    assert (set(socks.tunnels), len(socks.tunnels)) == ({through}, 3)
