# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, private keys and PKCS#12 files, as users give them, clusters report them, and ports present them."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    CertificateError,
    MaterialProblem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import Served
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import CA_BUNDLES, REQUIRED
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import (
    read_chain,
    read_desired,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import ExpectedChain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import Presented
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    complete_chain,
    sha256_fingerprints,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.pkcs12 import load_pkcs12
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.private_key import (
    key_to_pem,
    load_private_key,
    normalise_key,
)

from .corpus import PASSPHRASE, Corpus
from .engine import Target
from .mutation import mutate_bytes, mutate_text, times

_NOW = datetime(2026, 12, 1, tzinfo=timezone.utc)
_NAMES = (*sorted(REQUIRED), *sorted(CA_BUNDLES))


def targets(corpus: Corpus, _folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    ders = corpus.ders
    archives = [base64.b64decode(one) for one in corpus.pkcs12]
    refused = (CertificateError,)
    return [
        Target("certificate PEM", lambda chance: _pem(chance, corpus, ders), _read_certificate, refused, 6),
        Target("certificate DER", lambda chance: _der(chance, ders), _read_presented, (), 6),
        Target("private key", lambda chance: _key(chance, corpus), _read_key, (MaterialProblem, *refused), 2),
        Target("pair", lambda chance: _pair(chance, corpus), _read_pair, refused, 2),
        Target(
            "PKCS#12",
            lambda chance: mutate_bytes(chance, chance.choice(archives), archives),
            _read_archive,
            (MaterialProblem,),
            3,
        ),
    ]


def _armoured(der: bytes, label: str = "CERTIFICATE") -> str:
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n"


def _der(chance: Random, ders: list[bytes]) -> bytes:
    """Make a chain of mutated certificates, in JSON."""
    chain = [
        mutate_bytes(chance, chance.choice(ders), ders) if chance.random() < 0.7 else chance.choice(ders)
        for dummy in range(chance.choice((1, 1, 2, 3)))
    ]
    return json.dumps([base64.b64encode(one).decode() for one in chain]).encode()


def _pem(chance: Random, corpus: Corpus, ders: list[bytes]) -> bytes:
    if chance.random() < 0.5:
        return "".join(
            _armoured(mutate_bytes(chance, chance.choice(ders), ders)) for dummy in range(times(chance))
        ).encode()
    text = chance.choice([*corpus.chains, *corpus.clear])
    return (
        mutate_text(chance, text).encode("utf-8", "surrogatepass")
        if chance.random() < 0.5
        else mutate_bytes(chance, text.encode())
    )


def _text(given: bytes) -> str:
    return given.decode("utf-8", "surrogateescape")


def _read_certificate(given: bytes) -> Any:
    """Read it as what a cluster has, which never raises; then as what a user gives."""
    text = _text(given)
    name = _NAMES[len(given) % len(_NAMES)]
    installed = Installed.of(name, Stored(text, None), _NOW)
    described = installed.described("cluster.example.com", frozenset({"8.0.20-96"}), _NOW, {})
    if installed.chain:
        completed = complete_chain(installed.chain[:1], installed.chain)
        ExpectedChain.of(completed, "chain")
    chain = read_chain({"certificate": text}, "certificate", _NOW)
    return [described, to_pem(chain), sha256_fingerprints(chain)]


def _read_presented(given: bytes) -> Any:
    """Read it as what a port presents, which never raises."""
    chain = tuple(base64.b64decode(one) for one in json.loads(given))
    presented = Presented(tuple(f"{number:02x}" for number in range(len(chain))), chain=chain)
    served = Served(Endpoint(1, "192.0.2.1", 9443, "api"), presented, presented)
    pem = "".join(map(_armoured, chain))
    described = Installed.of("proxy", Stored(pem, None), _NOW).described("cluster.example.com", frozenset(), _NOW, None)
    return [served.entry(None, _NOW), described]


def _key(chance: Random, corpus: Corpus) -> bytes:
    text = chance.choice([*corpus.private_keys, *corpus.clear])
    if chance.random() < 0.6:
        label = text.partition("-----BEGIN ")[2].partition("-----")[0]
        content = "".join(line for line in text.splitlines() if not line.startswith("-----") and ":" not in line)
        return _armoured(mutate_bytes(chance, base64.b64decode(content)), label).encode()
    return (
        mutate_text(chance, text).encode("utf-8", "surrogatepass")
        if chance.random() < 0.5
        else mutate_bytes(chance, text.encode())
    )


def _read_key(given: bytes) -> Any:
    text = Secret(_text(given))
    normalise_key(text)
    for check in (False, True):
        key = load_private_key(text, Secret(PASSPHRASE), check=check)
        key.public_key()
    key_to_pem(key)
    return [repr(text), key.__class__.__name__]


def _pair(chance: Random, corpus: Corpus) -> bytes:
    number = chance.randrange(len(corpus.chains))
    chain, key = (
        corpus.chains[number],
        corpus.private_keys[chance.choice((number, chance.randrange(len(corpus.chains))))],
    )
    certificate = mutate_text(chance, chain) if chance.random() < 0.3 else chain + chance.choice(("", key, chain))
    issuers = chance.choice((None, None, chance.choice(corpus.chains), mutate_text(chance, chain), key))
    given = {
        "certificate": certificate,
        "private_key": mutate_text(chance, key) if chance.random() < 0.3 else key,
        "private_key_passphrase": chance.choice((None, PASSPHRASE, mutate_text(chance, "x"))),
        "issuers": issuers,
    }
    return json.dumps({"name": chance.choice(_NAMES), "given": given}).encode()


def _read_pair(given: bytes) -> Any:
    case = json.loads(given)
    desired = read_desired(case["name"], case["given"], _NOW)
    return [sha256_fingerprints(desired.certificates), desired.certificate_pem(), repr(desired)]


def _read_archive(given: bytes) -> Any:
    for passphrase in (None, Secret(PASSPHRASE)):
        try:
            content = load_pkcs12(given, passphrase)
        except MaterialProblem:
            if passphrase is not None:
                raise
            continue
        return [to_pem(content.certificates), repr(content.private_key)]
    return None
