# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random chains, judged by the preflight and, independently, by the openssl command and by real TLS connections."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.witness import find_refusals
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import check_requirements
from chains import (
    BOTH,
    CLIENT,
    FQDN,
    ODD,
    SANS,
    SERVER,
    Element,
    Issued,
    for_pss,
    make,
    name,
    names,
    pss_key_pem,
    usage,
    version_1,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from simulator.keys import leaf_key

#: Where the vendor, or what people can be expected to mean, demands more than OpenSSL does (docs/troubleshooting.md).
STRICTER = frozenset(
    {"eku_missing", "key_usage_missing", "name_missing", "chain_order", "key_mismatch", "chain_signature"}
)

#: What each name is used for on the wire.
_USES: Mapping[str, tuple[str, ...]] = {
    "proxy": ("server", "client"),
    "api": ("server", "client"),
    "syncer": ("client",),
    "ldap_client": ("client",),
}

_CODE = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.3")


@dataclass(frozen=True)
class Case:
    """What a user gives, and the root that peers trust."""

    name: str
    line: tuple[Issued, ...]  # leaf first, the root last
    given: tuple[Issued, ...]
    key_pem: str
    issuers: tuple[Issued, ...] = ()  # given besides


def _purposes(chance: Random, odds: float) -> list[x509.ExtensionType]:
    if chance.random() > odds:
        return []
    return [x509.ExtendedKeyUsage(chance.choice([[SERVER], [CLIENT], [SERVER, CLIENT], [_CODE]]))]


def _constraints(chance: Random) -> list[x509.ExtensionType]:
    if chance.random() > 0.15:
        return []
    domain = [x509.DNSName(chance.choice(["example.com", "example.net", FQDN]))]
    return [x509.NameConstraints(domain, None) if chance.random() < 0.6 else x509.NameConstraints(None, domain)]


def _ca(chance: Random, number: int, issuer: Issued | None) -> Issued:
    """A CA in which something may be wrong."""
    extensions = [*_purposes(chance, 0.2), *_constraints(chance)]
    if chance.random() < 0.25:
        extensions.append(x509.BasicConstraints(True, chance.choice([0, 0, 1, 2])))
    if chance.random() < 0.05:
        extensions.append(x509.BasicConstraints(False, None))
    if chance.random() < 0.05:
        extensions.append(usage())
    without = [kind for kind in (x509.BasicConstraints, x509.KeyUsage) if chance.random() < 0.04]
    days = (-30, -1) if chance.random() < 0.04 else (-1, 400)
    old = issuer is None and chance.random() < 0.05
    key = ec.generate_private_key(ec.SECP256R1()) if chance.random() < 0.3 and not old else None
    subject = name(f"CA {number}", organisation="Example" if chance.random() < 0.5 else None)
    odd = _odd(chance, key if issuer is None else issuer.key)
    return make(
        subject,
        issuer,
        ca=True,
        extensions=extensions,
        without=without,
        days=days,
        key=key,
        patch=version_1 if old else odd,
    )


def _odd(chance: Random, signer: Any) -> Callable[[list[Element]], None] | None:
    """Return now and then what makes a certificate one that cryptography refuses as a whole; an RSA key signs it."""
    if chance.random() > 0.1 or not isinstance(signer, (rsa.RSAPrivateKey, type(None))):
        return None
    return chance.choice(list(ODD.values()))


def _key(chance: Random) -> Any:
    kinds: list[Callable[[], Any]] = [
        *[lambda: leaf_key("rsa").private] * 6,
        *[lambda: ec.generate_private_key(ec.SECP256R1())] * 3,
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: ec.generate_private_key(ec.SECP521R1()),
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
        ed25519.Ed25519PrivateKey.generate,
    ]
    return chance.choice(kinds)()


def _leaf(chance: Random, issuer: Issued, *, issuer_given: bool) -> tuple[Issued, str]:
    extensions: list[x509.ExtensionType] = [BOTH, *_purposes(chance, 0.15)]
    sans = SANS if chance.random() < 0.9 else names(*(chance.choice([f"{FQDN}.", f"*.{FQDN}", "other.example.com"]),))
    extensions.append(sans)
    if chance.random() < 0.1:
        wrong = chance.random() < 0.5 and issuer_given  # else nobody can see it
        other = ec.generate_private_key(ec.SECP256R1()) if wrong else issuer.key
        extensions.append(x509.AuthorityKeyIdentifier.from_issuer_public_key(other.public_key()))
    issuer_name = None
    if chance.random() < 0.2:  # the same name in another form
        text = issuer.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        organisation = issuer.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        issuer_name = name(str(text).lower(), printable=True, organisation="EXAMPLE" if organisation else None)
    key = _key(chance)
    pss = chance.random() < 0.1 and all(isinstance(one, rsa.RSAPrivateKey) for one in (key, issuer.key))
    days = (-30, -1) if chance.random() < 0.04 else (-1, 200)
    patch = for_pss if pss else _odd(chance, issuer.key)
    leaf = make(FQDN, issuer, extensions=extensions, days=days, key=key, issuer_name=issuer_name, patch=patch)
    return leaf, pss_key_pem(key) if pss else leaf.key_pem


def make_case(chance: Random) -> Case:
    """Return a chain of one to three CAs, given with or without its root, in order or not."""
    with_root = chance.random() < 0.8
    # Of a root that is not given, nobody can see what is wrong.
    line = [_ca(chance, 0, None) if with_root else make("CA 0", ca=True)]
    for number in range(1, chance.choice([1, 1, 2, 2, 3])):
        line.insert(0, _ca(chance, number, line[0]))
    leaf, key_pem = _leaf(chance, line[0], issuer_given=with_root or len(line) > 1)
    whole = (leaf, *line)
    given = list(whole if with_root else whole[:-1])
    if chance.random() < 0.1:
        given.insert(chance.randrange(1, len(given) + 1), chance.choice(given))
    if chance.random() < 0.05:
        given.append(make("A stranger", ca=True))
    if chance.random() < 0.1 and len(line) > 1:  # the issuer, renewed with its key
        own = line[0]
        given.insert(1, make(own.subject, line[1], ca=True, key=own.key, days=chance.choice([(-30, -1), (-1, 800)])))
    if chance.random() < 0.1 and with_root:  # the root before its renewal with the same key, or signed by another one
        root, other = line[-1], chance.choice([None, make("Another root", ca=True)])
        twin = make(root.subject, other, ca=True, key=root.key, days=(-1, 800) if other else (-30, -1))
        given.insert(given.index(root) + chance.choice([0, 1]), twin)
    issuers: list[Issued] = []
    if chance.random() < 0.1 and with_root:  # the root, or the same signed by another one, is an issuer of its own
        crossed = make(line[-1].subject, make("Another root", ca=True), ca=True, key=line[-1].key)
        last, *issuers = chance.sample([line[-1], crossed], 2)
        given = [last if one is line[-1] else one for one in given]
    return Case(chance.choice(sorted(_USES)), whole, tuple(given), key_pem, tuple(issuers))


@dataclass(frozen=True)
class Judgement:
    """What the preflight says, and what it would send."""

    errors: frozenset[str]  # kinds or ids; empty: it would send
    certificate: str = ""
    key: str = ""


def judge(case: Case) -> Judgement:
    now = datetime.now(timezone.utc)
    given, issuers = ("".join(one.pem for one in some) for some in (case.given, case.issuers))
    options = {"certificate": given, "private_key": case.key_pem, "issuers": issuers}
    try:
        change = plan_change(Wanted(case.name, read_desired(case.name, options, now)), None, force=False, now=now)
    except CertificateError as error:
        return Judgement(frozenset({error.kind}))
    assert change.material is not None
    assert change.update is not None
    assert change.update.private_key is not None
    versions = frozenset({"8.0.20-96"})
    found = check_requirements(case.name, change.material.certificates, fqdn=FQDN, versions=versions, now=now)
    errors = {one.id for one in found if one.severity == "error"}
    errors |= {one.id for one in find_refusals(change, FQDN, errors)}
    return Judgement(frozenset(errors), change.update.certificate, change.update.private_key.reveal())


def refusals(case: Case, certificate: str, key: str, folder: Path, openssl: str | None) -> list[str]:
    """Return who refuses what is sent, and why: C(openssl verify), if there is such a command, and real connections."""
    chain, key_path, root = folder / "chain.pem", folder / "key.pem", folder / "root.pem"
    for path, text in ((chain, certificate), (key_path, key), (root, case.line[-1].pem)):
        path.write_text(text)
    found = []
    for use in _USES[case.name]:
        if openssl is not None:
            host = ["-verify_hostname", FQDN] if use == "server" else []
            command = [
                openssl,
                "verify",
                "-purpose",
                f"ssl{use}",
                *host,
                "-CAfile",
                str(root),
                "-untrusted",
                str(chain),
            ]
            done = subprocess.run([*command, str(chain)], capture_output=True, text=True, check=False)
            if done.returncode:
                found.append(f"openssl verify, {use}: {done.stdout} {done.stderr}")
        problem = _connect(use, str(chain), str(key_path), str(root))
        if problem is not None:
            found.append(f"TLS, {use}: {problem}")
    return found


def _connect(use: str, chain: str, key: str, root: str) -> str | None:
    """Return why a connection through sockets fails, in which the pair is used so."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    owner, peer = (server, client) if use == "server" else (client, server)
    if use == "client":
        other = make("peer.example.com")
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        _load(server, other.pem, other.key_pem, Path(chain).parent)
    peer.verify_mode = ssl.CERT_REQUIRED
    peer.verify_flags &= ~ssl.VERIFY_X509_STRICT
    peer.load_verify_locations(root)
    try:
        owner.load_cert_chain(chain, key)
    except ssl.SSLError as error:
        return str(error)
    ends = socket.socketpair()
    for end in ends:
        end.settimeout(10)
    problems: list[str] = []

    def serve() -> None:
        try:
            with server.wrap_socket(ends[0], server_side=True) as connection:
                connection.sendall(connection.recv(1))
        except OSError as error:
            problems.append(str(error))
            ends[0].close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ends[1], server_hostname=FQDN if use == "server" else None) as connection:
            connection.sendall(b"?")
            assert connection.recv(1) == b"?"
    except (OSError, AssertionError) as error:
        problems.append(str(error) or "no answer")
        ends[1].close()
    thread.join()
    return "; ".join(problems) or None


def _load(context: ssl.SSLContext, certificate: str, key: str, folder: Path) -> None:
    paths = folder / "peer.pem", folder / "peer.key"
    for path, text in zip(paths, (certificate, key)):
        path.write_text(text)
    context.load_cert_chain(*map(str, paths))


def disagreement(case: Case, judged: Judgement, folder: Path, openssl: str | None) -> str | None:
    """Return where the preflight and peers do not agree, if anywhere."""
    whole = "".join(one.pem for one in case.line)
    found = refusals(case, judged.certificate or whole, judged.key or case.key_pem, folder, openssl)
    what = f"{case.name}, errors: {sorted(judged.errors)}, peers: {found}"
    if not judged.errors and found:
        return f"accepted, and refused by peers: {what}"
    if judged.errors and not found and not judged.errors & STRICTER:
        return f"refused, and accepted by peers: {what}"
    return None
