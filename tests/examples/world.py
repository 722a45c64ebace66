# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What examples name, made: clusters, material, CAs and programs; and what stands for each name."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import fleets
import yaml
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import load_pem_x509_certificate
from integration.parts import acme, vault
from integration.runs import Ansible, Run, login
from integration.test_sources import ENVIRONMENT, dns_tasks
from simulator import ActiveActive, Cluster, ReplicaSource
from simulator.authority import Authority, Form, pem_of, self_signed
from simulator.keys import leaf_key, to_pem

from .blocks import Block

PASSWORD = "the password of every example"
PASSPHRASE = "the passphrase of every example"
#: Hosts of examples, by the name of the host in the inventory that stands for the same cluster.
HOSTS = {
    "payments": "payments.redis.example.com",
    "sessions": "sessions.redis.example.com",
    "cluster": "cluster.example.com",
}
#: Those whose databases replicate that of the first one that the example names.
DESTINATIONS = ("reporting.redis.example.com", "destination.example.com")


@dataclass
class World:
    """All that the examples of one page need, in a folder of its own.

    Attributes:
        text: all its examples.
        values: what is written in place of each text of an example, the longest first.
        variables: what users keep in vaults.
    """

    text: str
    ansible: Ansible
    cleanup: ExitStack
    authority: Authority = field(default_factory=lambda: Authority("Example Issuing CA"))
    clusters: dict[str, Cluster] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: {**ENVIRONMENT})
    runs: list[Run] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.ansible.folder

    @property
    def main(self) -> Cluster:
        """The cluster that examples without a host mean."""
        return next(iter(self.clusters.values()))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def mapped(self, text: str) -> str:
        """An example with the names of this world."""
        for name, value in sorted(self.values.items(), key=lambda item: -len(item[0])):
            text = text.replace(name, value)
        return text

    def playbook(self, *arguments: str, ok: bool = True) -> None:
        run = self.ansible.playbook(arguments[0], *arguments[1:], environment=self.environment)
        assert (run.returncode == 0) is ok, run.output
        assert "Traceback" not in run.output, run.output
        self.runs.append(run)

    # What is made.

    def start_clusters(self) -> None:
        """Those that the page names, and at least one."""
        crdb = ActiveActive("orders")
        crdb.queued = crdb.running = 0.02
        peer = Cluster(nodes=1, fqdn="peer.example.com", database="tls", active_active=[crdb], authority=self.authority)
        named = {name: fqdn for name, fqdn in HOSTS.items() if fqdn in self.text} or {"payments": HOSTS["payments"]}
        for name, fqdn in named.items():
            self._start(name, fqdn, database="tls", **({} if self.clusters else {"active_active": [crdb]}))
        self.cleanup.enter_context(peer)
        for fqdn in DESTINATIONS:
            if fqdn in self.text:
                source = ReplicaSource.of(self.main, host=f"redis-{self.main.database_port}.{self.main.fqdn}")
                self._start(fqdn.partition(".")[0], fqdn, database="none", replicas={"report": [source]})

    def _start(self, name: str, fqdn: str, **options: Any) -> None:
        cluster = Cluster(
            nodes=1, fqdn=fqdn, password=PASSWORD, authority=self.authority, optional=["ldap_client"], **options
        )
        self.clusters[name] = self.cleanup.enter_context(cluster)
        self.values |= {
            f"https://{fqdn}:9443": cluster.url,
            f"redis-12000.{fqdn}:12000": f"127.0.0.1:{cluster.database_port}",
            f"{fqdn}:9443": f"127.0.0.1:{cluster.api_port}",
        }

    def make_material(self) -> None:
        """A new pair for each name of each cluster, wherever an example looks for it."""
        for name, cluster in self.clusters.items():
            for certificate in ("api", "cm", "proxy", "syncer"):
                passphrase = PASSPHRASE if certificate == "syncer" else None
                sans = None if certificate == "api" else _names(cluster)
                issued = self.authority.issue(cluster.fqdn, sans=sans, passphrase=passphrase)
                pem, key = issued.certificate_pem, str(issued.key_pem)
                places = [f"certificates/{name}/{certificate}", *([certificate] if name == next(iter(HOSTS)) else [])]
                if cluster is self.main:
                    places.append(f"redis/{certificate}")
                for place in places:
                    self.write(f"{place}.pem", pem)
                    self.write(f"{place}.key", key)
                if certificate == "proxy" and cluster is self.main:
                    # Without the root, which examples append.
                    self.write("certificates/proxy.pem", issued.leaf_pem)
                    self.write("certificates/proxy.key", key)
                if certificate == "proxy":
                    self.write(f"live/{cluster.fqdn}/fullchain.pem", pem)
                    self.write(f"live/{cluster.fqdn}/privkey.pem", key)
                    self.write(f"lego/{cluster.fqdn}.crt", pem)
                    self.write(f"lego/{cluster.fqdn}.key", key)
                    self.write("answer.json", json.dumps({"chain": pem, "key": key}))
                    self.variables["vault_proxy_private_key"] = key
                self._pkcs12(f"certificates/{name}/{certificate}.p12", cluster)
        ca = self.write("redis-ca.pem", self.authority.ca_pem)
        root = self.write("ca/root.pem", self.authority.ca_pem)
        self.values |= {
            "/etc/ssl/redis-ca.pem": str(ca),
            "/etc/ssl/certs/corporate-ca.pem": str(ca),
            "/etc/ssl/certs/root.pem": str(root),
            "/etc/ssl/redis/": f"{self.folder}/redis/",
            "/etc/letsencrypt/live/": f"{self.folder}/live/",
            "/var/lib/lego/certificates/": f"{self.folder}/lego/",
            "/shared/redis-certificates/audits/4711": f"{self.folder}/slices",
            "/shared/redis-certificates/report": f"{self.folder}/report",
            "/var/lib/node_exporter": f"{self.folder}/node_exporter",
            "[2001:db8::1]:9443": f"127.0.0.1:{self.main.api_port}",
            "viewer@example.com": "cluster_viewer@example.com",
            "backups@prompt": f"backups@{self.write('password', PASSWORD)}",
            "CN=Example Issuing CA,O=Example": self.authority.certificate.subject.rfc4514_string(),
        }

    def _pkcs12(self, place: str, cluster: Cluster) -> None:
        key = leaf_key("rsa")
        form = Form(common_name=cluster.fqdn, sans=_names(cluster), eku=("serverAuth", "clientAuth"))
        leaf = self.authority.sign(form, key.private)
        encryption = BestAvailableEncryption(PASSPHRASE.encode())
        path = self.write(place, "")
        path.write_bytes(pkcs12.serialize_key_and_certificates(None, key.private, leaf, None, encryption))

    def make_ca(self) -> None:
        """A CA whose key lies in a file, for the source ownca."""
        key = leaf_key("rsa")
        own = self_signed(Form(common_name="Own CA", days=3000, ca=True), key.private)
        self.write("redis-ca.pem", self.authority.ca_pem + pem_of(own))
        for place, passphrase in (("ca/issuing", PASSPHRASE), ("ca", None)):
            self.write(f"{place}.pem", pem_of(own))
            self.write(f"{place}.key", str(to_pem(key.private, passphrase, False) if passphrase else key.pem))

    def make_programs(self) -> None:
        """Commands of others that examples call: each hands out a pair."""
        answer = json.loads((self.folder / "answer.json").read_text())
        texts = {"tls.crt": answer["chain"], "tls.key": answer["key"]}
        encoded = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
        secret = self.write("secret.json", json.dumps({"data": encoded}))
        self._program("example-ca", self.folder / "answer.json")
        self._program("kubectl", secret)

    def _program(self, name: str, answer: Path) -> None:
        path = self.write(f"bin/{name}", f"#!/bin/sh\nexec cat {shlex.quote(str(answer))}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.environment["PATH"] = f"{path.parent}:{os.environ['PATH']}"

    def start_vault(self) -> None:
        """A PKI that lets an AppRole in."""
        folder = self.folder / "vault"
        folder.mkdir()
        server = self.cleanup.enter_context(vault(folder))
        server.request("POST", "sys/auth/approle", type="approle")
        policy = 'path "pki/*" { capabilities = ["create", "read", "update", "list"] }'
        server.request("PUT", "sys/policies/acl/pki", policy=policy)
        server.request("POST", "auth/approle/role/redis", token_policies=["pki"])
        server.request("POST", "auth/approle/role/redis/role-id", role_id="redis")
        made = server.request("POST", "auth/approle/role/redis/secret-id")
        self.variables["vault_secret_id"] = made["data"]["secret_id"]
        self.values["https://vault.example.com:8200"] = server.url

    def start_acme(self) -> None:
        """An ACME CA, and tasks that write its DNS zone."""
        folder = self.folder / "acme"
        folder.mkdir()
        server = self.cleanup.enter_context(acme(folder))
        dns_tasks(self.folder, server.dns)
        self.write("ca/example-root.pem", server.root_pem())
        self.variables["vault_acme_account_key"] = str(leaf_key("ec").pem)
        self.environment["SSL_CERT_FILE"] = server.ca_path
        # What pebble issues for an RSA key lacks keyEncipherment, which the vendor demands.
        self.values |= {"https://acme.example.com/directory": server.directory, "issuer: O=Example CA": "key_type: ECC"}

    def start_chat(self) -> None:
        """Something that takes a POST, or a file."""

        class Chat(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()

            do_PUT = do_POST

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Chat)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.cleanup.callback(thread.join)
        self.cleanup.callback(server.server_close)
        self.cleanup.callback(server.shutdown)
        self.values |= {
            f"https://{name}.example.com/": f"http://127.0.0.1:{server.server_port}/" for name in ("chat", "reports")
        }

    def make_slices(self) -> None:
        """Audits of four parts of a fleet."""
        tasks = [
            {
                "redis_enterprise.certificates.audit_report": {
                    "clusters": [fleets.recent(fleets.cluster(f"c{number}.example.com"))],
                    "output_directory": str(self.folder / f"slices/{number}"),
                    "formats": ["json"],
                }
            }
            for number in range(1, 5)
        ]
        for number in range(1, 5):
            (self.folder / f"slices/{number}").mkdir(parents=True)
        self.ansible.tasks(tasks).expect()

    def trust_nothing(self) -> None:
        """No CA file, but the fingerprints of what the clusters present."""
        (self.folder / "redis-ca.pem").unlink()
        self.write("example-root-ca.pem", self.authority.ca_pem)
        self.name_fingerprints(r"^ +- (.*[0-9A-Fa-f:]{64})$")

    def name_fingerprints(self, pattern: str) -> None:
        """The fingerprints that the page shows, of what the clusters present."""
        fingerprints = [
            load_pem_x509_certificate(str(cluster.certificate("api")).encode()).fingerprint(SHA256()).hex(":")
            for cluster in self.clusters.values()
        ]
        shown = re.findall(pattern, self.text, re.MULTILINE)
        self.values |= dict(zip(shown, fingerprints, strict=True))

    def write_inventory(self) -> None:
        """An inventory, unless the page has its own; and what users keep in vaults."""
        keys = ("redis", "cluster", "admin", "reporting")
        self.variables |= {f"vault_{key}_password": PASSWORD for key in keys}
        self.variables |= {
            "vault_viewer_password": self.main.user("cluster_viewer").password,
            "vault_payments_password": self.main.user("cluster_viewer").password,
            "vault_proxy_passphrase": PASSPHRASE,
            "vault_cm_passphrase": PASSPHRASE,
            "vault_syncer_passphrase": PASSPHRASE,
            "vault_ca_passphrase": PASSPHRASE,
        }
        if "sessions" in self.clusters:
            self.variables["sessions_token"] = self.clusters["sessions"].token("cluster_viewer")
        everywhere = {
            "rotation_certificates": [
                {"name": "proxy", "source": {"files": {"directory": "certificates/{{ inventory_hostname }}"}}}
            ],
            "my_clusters": [{"name": "payments", **login(self.main)}],
            **self.variables,
        }
        self.write("group_vars/all.yml", yaml.safe_dump(everywhere))
        hosts = {name: {"redis_enterprise_url": one.url} for name, one in self.clusters.items() if name in HOSTS}
        for name in hosts:
            found = {"redis_enterprise_metrics_port": self.clusters[name].metrics_port}
            self.write(f"host_vars/{name}.yml", yaml.safe_dump({**found, "redis_enterprise_retry_delay": 0.05}))
        shared = {
            "redis_enterprise_username": "admin@example.com",
            "redis_enterprise_password": PASSWORD,
            "redis_enterprise_ca_path": "redis-ca.pem",
        }
        self.write("inventory.yml", yaml.safe_dump({"redis_enterprise": {"hosts": hosts, "vars": shared}}))


def _names(cluster: Cluster) -> list[str]:
    fqdn = cluster.fqdn
    return [fqdn, f"*.{fqdn}", f"internal.{fqdn}", f"*.internal.{fqdn}"]


#: What only some pages need, by a pattern of a text that they have.
_PARTS: dict[str, Callable[[World], None]] = {
    "vault.example.com": World.start_vault,
    "acme.example.com": World.start_acme,
    "(chat|reports).example.com": World.start_chat,
    r"\bslices\b|audits/4711": World.make_slices,
    "ownca": World.make_ca,
    "fingerprints:": World.trust_nothing,
}


@contextmanager
def world(ansible: Ansible, blocks: list[Block]) -> Iterator[World]:
    """All that the examples of a page need, until the end of the block."""
    with ExitStack() as cleanup:
        made = World("".join(block.text for block in blocks), ansible, cleanup)
        (ansible.home / "tmp").mkdir(mode=0o700)  # or Ansible warns that it makes it
        made.start_clusters()
        made.make_material()
        made.make_programs()
        for text, part in _PARTS.items():
            if re.search(text, made.text):
                part(made)
        made.write_inventory()
        yield made
