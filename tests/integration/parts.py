# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real certificate authorities on loopback: an ACME CA (pebble) and a Vault-compatible PKI (OpenBao)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from simulator.authority import Authority

#: How long a program may take until it listens, in seconds. Reached only when it never does.
START = 60


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on. Somebody else may be faster: who uses them has to notice."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for dummy in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def program(name: str) -> str:
    """The path of an installed program; skips the test where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextlib.contextmanager
def running(
    command: Sequence[str], log: Path, ready: Callable[[], bool], environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A program, from when it is ready until the end of the block."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], **(environment or {})},
        ) as process,
    ):
        try:
            limit = time.monotonic() + START
            while not ready():
                assert process.poll() is None, f"{command[0]} ended:\n{log.read_text('utf-8', 'replace')}"
                assert time.monotonic() < limit, f"{command[0]} is not ready:\n{log.read_text('utf-8', 'replace')}"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait()


def answers(url: str, verify: bool | str = True) -> bool:
    try:
        return requests.get(url, timeout=5, verify=verify).ok
    except requests.RequestException:
        return False


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Acme:
    """A running pebble. It asks a DNS server of its own, whose records are set by HTTP."""

    directory: str
    ca_path: str  # of the CA that its own server is to be trusted by
    dns: str  # the URL that sets records
    roots: str  # the URL of the roots below which it issues, one for each chain, and which it leaves out of them
    log: Path

    def root_pem(self, chain: int = 0) -> str:
        return requests.get(f"{self.roots}/{chain}", timeout=30, verify=self.ca_path).text

    @property
    def issued(self) -> int:
        """How many certificates it issued."""
        return self.log.read_text("utf-8").count("Issued certificate serial")


@contextlib.contextmanager
def acme(folder: Path) -> Iterator[Acme]:
    """Start pebble and its DNS server in a folder."""
    pebble, dns_server = program("pebble"), program("pebble-challtestsrv")
    api, management, dns, dns_management, unused = free_ports(5)
    server = Authority().issue("localhost", sans=["127.0.0.1"])
    (folder / "pebble.pem").write_text(server.certificate_pem)
    (folder / "pebble.key").write_text(str(server.key_pem))
    (folder / "ca.pem").write_text(server.ca_pem)
    settings = {
        "listenAddress": f"127.0.0.1:{api}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(folder / "pebble.pem"),
        "privateKey": str(folder / "pebble.key"),
        "httpPort": unused,
        "tlsPort": unused,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": settings}))
    log = folder / "pebble.log"
    directory, roots = f"https://127.0.0.1:{api}/dir", f"https://127.0.0.1:{management}/roots"
    dns_url = f"http://127.0.0.1:{dns_management}"
    without = [f"-{kind}=" for kind in ("http01", "https01", "tlsalpn01")]
    with (
        running(
            [dns_server, f"-dns01=127.0.0.1:{dns}", f"-management=127.0.0.1:{dns_management}", *without],
            folder / "dns.log",
            lambda: listens(dns_management),
        ),
        running(
            [pebble, f"-config={folder / 'pebble.json'}", f"-dnsserver=127.0.0.1:{dns}"],
            log,
            lambda: answers(directory, str(folder / "ca.pem")),
            {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_ALTERNATE_ROOTS": "1"},
        ),
    ):
        yield Acme(directory, str(folder / "ca.pem"), dns_url, roots, log)


@dataclass(frozen=True)
class Vault:
    """A running OpenBao whose PKI at C(pki) has one key, and issues below the roots at C(root) and C(newer)."""

    url: str
    token: str

    def request(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.request(
            method, f"{self.url}/v1/{path}", json=body or None, headers={"X-Vault-Token": self.token}, timeout=30
        )
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    @property
    def issued(self) -> int:
        """How many certificates its PKI issued."""
        answer = requests.get(f"{self.url}/v1/pki/certs?list=true", headers={"X-Vault-Token": self.token}, timeout=30)
        return len(answer.json()["data"]["keys"]) if answer.ok else 0  # 404 where there is none


@contextlib.contextmanager
def vault(folder: Path) -> Iterator[Vault]:
    """Start OpenBao in a folder; it keeps everything in memory."""
    bao = program("bao")
    (port,) = free_ports(1)
    url, token = f"http://127.0.0.1:{port}", "a-token-of-the-tests"
    command = [bao, "server", "-dev", f"-dev-listen-address=127.0.0.1:{port}", "-dev-no-store-token"]
    environment = {"HOME": str(folder), "BAO_DEV_ROOT_TOKEN_ID": token}
    with running(command, folder / "bao.log", lambda: answers(f"{url}/v1/sys/health"), environment):
        server = Vault(url, token)
        for mount in ("pki", "root", "newer"):
            server.request("POST", f"sys/mounts/{mount}", type="pki", config={"max_lease_ttl": "87600h"})
        request = server.request("POST", "pki/intermediate/generate/internal", common_name="Vault intermediate")
        csr = request["data"]["csr"]
        both: list[str] = []
        for root, ttl in (("root", "40000h"), ("newer", "43800h")):
            server.request("POST", f"{root}/root/generate/internal", common_name=f"Vault {root}", ttl="87600h")
            signed = server.request("POST", f"{root}/root/sign-intermediate", csr=csr, ttl=ttl, format="pem_bundle")
            bundle = signed["data"]["certificate"]
            both += server.request("POST", "pki/issuers/import/cert", pem_bundle=bundle)["data"]["imported_issuers"]
        server.request("POST", "pki/config/issuers", default=both[0])
        server.request("POST", f"pki/issuer/{both[0]}", manual_chain=both)
        server.request("POST", "pki/roles/redis", allow_any_name=True, max_ttl="8760h", key_type="rsa", key_bits=2048)
        yield server
