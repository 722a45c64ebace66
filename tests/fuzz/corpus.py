# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is valid, and mutated: answers of a simulated cluster, certificates and keys of a simulated CA, fleet data."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import fleets
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Peer, Response
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from simulator import Authority, Cluster, Material, ReplicaSource
from simulator.keys import to_pem

from .operations import OPERATIONS, Options, outcome
from .shown import Promises

PASSPHRASE = "a passphrase of the corpus"

#: The same material, in every form that the core takes.
_ISSUED: Sequence[Mapping[str, Any]] = (
    {"key": "rsa", "intermediates": 2},
    {"key": "ec", "traditional": True},
    {"key": "ed25519", "root": False, "intermediates": 1},
    {"key": "rsa", "traditional": True, "sans": ["DNS:a.example.com", "IP:192.0.2.1", "b"], "days": -3},
    {"key": "ec", "passphrase": PASSPHRASE, "unknown_extension": True},
)

Answer = dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """What inputs are made of. All of it is JSON.

    Attributes:
        answers: what the simulated cluster answered, by method and path.
        chains: in PEM, leaf first.
        private_keys: in PEM, in the order of the chains; encrypted ones with PASSPHRASE.
        clear: all private keys that are in it, in clear.
        pkcs12: in base64.
        passwords: of the login, and of databases that are replicated.
        ca: PEM of what the cluster's certificates are issued by.
        fleet: clusters, as fleet_certificate_info returns them.
    """

    answers: dict[str, Answer]
    chains: list[str]
    private_keys: list[str]
    clear: list[str]
    pkcs12: list[str]
    passwords: list[str]
    ca: str
    fleet: list[Any]

    @property
    def promises(self) -> Promises:
        """Return what no output may hold."""
        return Promises.about(self.clear, [*self.passwords, PASSPHRASE])

    @property
    def ders(self) -> list[bytes]:
        """Return the certificates in DER."""
        certificates = (one for chain in self.chains for one in chain.split("-----END CERTIFICATE-----") if one.strip())
        return [base64.b64decode(one.replace("-----BEGIN CERTIFICATE-----", "")) for one in certificates]


def load(path: Path) -> Corpus:
    """Return the corpus in a file; make it first where there is none. Its keys are made up, and used nowhere else."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(asdict(make()))
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
    return Corpus(**json.loads(path.read_text()))


def make() -> Corpus:
    """Make one, with new keys, of what a simulated cluster answers to the operations."""
    root = Authority()
    issued = [root.issue(**form) for form in _ISSUED]
    clear = [_clear(one) for one in issued]
    answers: dict[str, Answer] = {}
    source = ReplicaSource("redis://admin:replicated-secret@192.0.2.9:12000")
    with (
        Cluster(
            database="tls",
            tls_databases=3,
            active_active=True,
            replicas={"report": [source]},
            optional=["ldap_client", "mtls_trusted_ca"],
            authority=root,
        ) as cluster,
        _recorded(answers),
    ):
        options = Options(cluster.url, cluster.username, cluster.password, cluster.ca_path, cluster.metrics_port)
        for operation in OPERATIONS:
            outcome(operation, options, issued[0].certificate_pem, clear[0], check_mode=True)
        clear += [str(pair.key) for node in cluster.nodes for pair in node.stored.values() if pair.key]
        passwords = [cluster.password, "replicated-secret"]
        ca = Path(cluster.ca_path).read_text()
    # A write is refused, with an explanation.
    refusal = {"error_code": "invalid_certificate", "description": "the certificate has expired"}
    for request in ("PUT /v1/cluster/certificates", "PUT /v1/cluster/update_cert"):
        answers[request] = {"status": 400, "type": "application/json", "location": None, "body": json.dumps(refusal)}
    return Corpus(
        answers=answers,
        chains=[one.certificate_pem for one in issued],
        private_keys=[str(one.key_pem) for one in issued],
        clear=list(dict.fromkeys(clear)),
        pkcs12=[base64.b64encode(one).decode() for material in issued for one in _pkcs12(material)],
        passwords=passwords,
        ca=ca,
        fleet=[*fleets.fleet(15)],
    )


def _clear(material: Material) -> str:
    text = str(material.key_pem)
    if "ENCRYPTED" not in text:
        return text
    key: Any = load_pem_private_key(text.encode(), PASSPHRASE.encode())
    return str(to_pem(key))


def _pkcs12(material: Material) -> Iterator[bytes]:
    key: Any = load_pem_private_key(_clear(material).encode(), None)
    for encryption in (NoEncryption(), BestAvailableEncryption(PASSPHRASE.encode())):
        yield pkcs12.serialize_key_and_certificates(b"leaf", key, material.leaf, material.chain[1:], encryption)
    yield pkcs12.serialize_key_and_certificates(None, None, None, material.chain, NoEncryption())


@contextmanager
def _recorded(answers: dict[str, Answer]) -> Iterator[None]:
    """Keep the first answer to each request."""
    sent = Peer.request

    def request(self: Peer, method: str, path: str, body: Mapping[str, Any] | None = None) -> Response:
        response = sent(self, method, path, body)
        answers.setdefault(
            f"{method} {path}",
            {
                "status": response.status,
                "type": response.content_type,
                "location": response.location,
                "body": response.body.decode("latin-1"),
            },
        )
        return response

    with patch.object(Peer, "request", request):
        yield
