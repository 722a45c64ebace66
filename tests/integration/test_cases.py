# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material of every kind that people replace certificates with, in check mode and for real.

Where the kinds come from, as public threads and pages describe them:

- issuers for servers alone, and clientAuth that public CAs leave out: Let's Encrypt, "Ending TLS client authentication
  certificate support in 2026"; Redis Software, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE";
- name constraints, pathlen, CAs without keyCertSign: openssl's issues on "permitted subtree violation", cert-manager
  and step-ca on constrained intermediates;
- authority key identifiers of a former CA: community.crypto on renewed CAs, "unable to get local issuer certificate";
- RSA-PSS keys: pyca/cryptography on RSASSA-PSS keys that load as RSA; brainpool and secp256k1: nginx and HAProxy, "no
  suitable key share";
- names of issuers in another string type or case: RFC 5280, 7.1; Active Directory Certificate Services;
- defaults that are written out, which strict parsers refuse: pyca/cryptography, "EncodedDefault", issues 7472 (the
  example of RFC 8410), 10367, 12665 and 13067;
- versions 2 and 4: pyca/cryptography, issue 8555 (an identity provider for SAML); libdatachannel, issue 1404;
  Internet.nl, issue 662 (Cisco's appliances);
- names whose sets are not sorted: pyca/cryptography, issue 7189; keylime, issue 944 (CAs of TPMs); asterisks and the
  like in PrintableString, which only newer releases refuse;
- what follows a certificate in its block: pyca/cryptography, "ExtraData", issue 7901; object identifiers that are too
  long or large: issues 6573 and 6872; TRUE other than 255, and unused bits: X.690, 11.1 and 11.2;
- TRUSTED CERTIFICATE: openssl x509 -trustout; PKCS#7: Active Directory's .p7b; UTF-16: PowerShell's redirection;
- line ends as two characters: AWX surveys, GitHub secrets, JSON;
- two chains or a renewed CA in one file: Vault's manual_chain, PKCS#12 of Windows' certificate store.
"""

from __future__ import annotations

import base64
import subprocess
import urllib.parse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import chains
import pytest
from chains import FQDN, Issued, make
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from simulator import Cluster

from .runs import Ansible, login, task

MODULE = "cluster_certificate"


class Ca:
    """The ordinary: a root, and what it issues through."""

    def __init__(self) -> None:
        self.root = make("Example Root", ca=True)
        self.issuing = make("Example Issuing", self.root, ca=True)

    def below(self, *extensions: x509.ExtensionType, **more: Any) -> tuple[Issued, Issued, Issued]:
        """A good leaf below an issuing CA with these extensions, as a chain."""
        issuing = make("Example Issuing", self.root, ca=True, extensions=extensions, **more)
        return make(FQDN, issuing), issuing, self.root

    def leaf(self, **more: Any) -> tuple[Issued, Issued, Issued]:
        return make(FQDN, self.issuing, **more), self.issuing, self.root


@pytest.fixture(scope="module")
def ca() -> Ca:
    return Ca()


@pytest.fixture
def started() -> Iterator[Cluster]:
    with Cluster(nodes=1, version="8.0.20-96", database="none") as cluster:
        yield cluster


def given(*chain: Issued, name: str = "proxy", key: str | None = None, **more: Any) -> dict[str, Any]:
    text = "".join(one.pem for one in chain)
    return {"name": name, "certificate": text, "private_key": key or chain[0].key_pem, **more}


def eku(*purposes: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(list(purposes))


def permitted(domain: str) -> x509.NameConstraints:
    return x509.NameConstraints([x509.DNSName(domain)], None)


def dotted(*hosts: str) -> x509.SubjectAlternativeName:
    return chains.names(*(f"{host}." for host in hosts))


def former(ca: Ca) -> x509.AuthorityKeyIdentifier:
    other = make("Example Issuing", ca.root, ca=True)
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(other.key.public_key())


def by_serial(ca: Ca) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(ca.root.subject)], 4711)


def too_long(ca: Ca) -> tuple[Issued, ...]:
    first = make("First", ca.root, ca=True, extensions=[x509.BasicConstraints(True, 0)])
    last = make("Last", first, ca=True)
    return make(FQDN, last), last, first, ca.root


def bytes_in_name(ca: Ca) -> tuple[Issued, ...]:
    """An issuer whose name cryptography cannot read: bytes that are no UTF-8."""

    def patch(*places: int) -> Callable[[list[chains.Element]], None]:
        def change(tbs: list[chains.Element]) -> None:
            for place in places:
                tbs[place] = chains.parse(
                    chains.encode([tbs[place]]).replace(b"Example Latin", b"Example L\xe4tin"[:13])
                )[0]

        return change

    issuing = make("Example Latin", ca.root, ca=True, patch=patch(5))
    return make(FQDN, issuing, patch=patch(3)), issuing, ca.root


def on(curve: ec.EllipticCurve) -> Any:
    return ec.generate_private_key(curve)


#: A and B: what OpenSSL refuses, by case: the certificate name, the chain, and OpenSSL's words.
Refused = tuple[str, Callable[[Ca], tuple[Issued, ...]], str]
REFUSED: dict[str, Refused] = {
    "issuer for servers alone": ("syncer", lambda ca: ca.below(eku(chains.SERVER)), "certificate purpose"),
    "issuer for clients alone": ("proxy", lambda ca: ca.below(eku(chains.CLIENT)), "certificate purpose"),
    "issuer for code": (
        "cm",
        lambda ca: ca.below(eku(x509.ObjectIdentifier("1.3.6.1.5.5.7.3.3"))),
        "certificate purpose",
    ),
    "other domain": ("api", lambda ca: ca.below(permitted("example.net")), "permitted subtree violation"),
    "excluded domain": (
        "metrics_exporter",
        lambda ca: ca.below(x509.NameConstraints(None, [x509.DNSName(FQDN)])),
        "excluded subtree violation",
    ),
    "key of the former CA": ("ldap_client", lambda ca: ca.leaf(extensions=[former(ca)]), "unable to get local issuer"),
    "serial number of the former CA": ("proxy", lambda ca: ca.leaf(extensions=[by_serial(ca)]), "unable to get local"),
    "pathlen": ("proxy", too_long, "path length constraint exceeded"),
    "issuer that may not sign": (
        "proxy",
        lambda ca: ca.below(chains.usage()),
        "invalid CA certificate",
    ),
    "issuer without basicConstraints": (
        "proxy",
        lambda ca: ca.below(without=[x509.BasicConstraints]),
        "issuer_not_ca",
    ),
    "name that is no UTF-8": ("proxy", bytes_in_name, "a peer refuses it"),
    "brainpool": ("api", lambda ca: ca.leaf(key=on(ec.BrainpoolP256R1())), "a peer refuses it as that of a server"),
    "secp256k1": ("cm", lambda ca: ca.leaf(key=on(ec.SECP256K1())), "a peer refuses it as that of a server"),
    "brainpool of a client": (
        "syncer",
        lambda ca: ca.leaf(key=on(ec.BrainpoolP256R1())),
        "refuses it as that of a client",
    ),
    "names with a trailing dot": (
        "proxy",
        lambda ca: ca.leaf(extensions=[dotted(FQDN, f"*.{FQDN}", f"internal.{FQDN}", f"*.internal.{FQDN}")]),
        f"do not cover {FQDN}",
    ),
}


def both(cases: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        task(f"{mode}: {case}", MODULE, options, check_mode=mode == "check", ignore_errors=True)
        for case, options in cases.items()
        for mode in ("check", "real")
    ]


def test_what_peers_refuse_is_refused_before_the_write(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    cases = {case: given(*chain(ca), name=name) for case, (name, chain, _words) in REFUSED.items()}
    run = ansible.tasks(both(cases), connection=login(started)).expect()
    for case, (name, _chain, words) in REFUSED.items():
        for mode in ("check", "real"):
            refused = run[f"{mode}: {case}"]
            assert refused.failure == {"kind": "requirements_not_met", "option": "requirements", "certificate": name}, (
                case
            )
            assert words in refused.result["msg"], (case, refused.result["msg"])
    assert started.writes == []


def test_a_trial_is_an_error_that_can_be_waived(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    options = given(*ca.below(eku(chains.SERVER)), name="syncer", requirements="warn")
    run = ansible.tasks([task("warn", MODULE, options), task("again", MODULE, options)], connection=login(started))
    run.expect(warnings=True)
    assert [one["id"] for one in run["warn"].result["findings"]] == ["trial_failed"]
    assert run["again"].result["findings"] == []  # what is not sent is not tried
    assert any("trial_failed" in warning for warning in run.warnings)


def serial_of_zero(tbs: list[chains.Element]) -> None:
    tbs[1] = (0x02, b"\0")


def old_root(**form: Any) -> tuple[Issued, ...]:
    root = make("Old Root", ca=True, **form)
    return make(FQDN, root), root


def renamed(ca: Ca) -> tuple[Issued, ...]:
    """The issuer's name as another type of string, in another case and with other spaces."""
    issuing = make(chains.name("Example  ISSUING ca", organisation="Example"), ca.root, ca=True)
    leaf = make(FQDN, issuing, issuer_name=chains.name("example issuing CA", printable=True, organisation="EXAMPLE"))
    return leaf, issuing, ca.root


#: C, and the good ones of B: what OpenSSL takes, and is taken.
TAKEN: dict[str, Callable[[Ca], dict[str, Any]]] = {
    "names that differ in form": lambda ca: given(*renamed(ca)),
    "serial number of zero": lambda ca: given(*ca.leaf(patch=serial_of_zero)),
    "root of version 1": lambda _ca: given(*old_root(patch=chains.version_1)),
    "root by its key usage": lambda _ca: given(*old_root(without=[x509.BasicConstraints])),
    "CA:FALSE written out": lambda ca: given(*ca.leaf(patch=chains.ca_false)),
    "RSA-PSS": lambda ca: given(*(chain := ca.leaf(patch=chains.for_pss)), key=chains.pss_key_pem(chain[0].key)),
    "RSA-PSS for a client": lambda ca: given(
        *(chain := ca.leaf(patch=chains.for_pss)), key=chains.pss_key_pem(chain[0].key), name="syncer"
    ),
    "RSA-PSS for SHA-384 alone": lambda ca: given(
        *(chain := ca.leaf(patch=partial(chains.for_pss, algorithm=chains.PSS_SHA384))),
        key=chains.pss_key_pem(chain[0].key, chains.PSS_SHA384),
    ),
    "P-384": lambda ca: given(*ca.leaf(key=on(ec.SECP384R1()))),
    "P-521": lambda ca: given(*ca.leaf(key=on(ec.SECP521R1()))),
    "Ed25519": lambda ca: given(*ca.leaf(key=ed25519.Ed25519PrivateKey.generate()), name="cm"),
    "RSA-3072": lambda ca: given(*ca.leaf(key=rsa.generate_private_key(65537, 3072))),
    "constrained to its domain": lambda ca: given(*ca.below(permitted("example.com"))),
    "issuer for both": lambda ca: given(*ca.below(eku(chains.SERVER, chains.CLIENT))),
}


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of the simulator
def test_what_openssl_takes_is_taken(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    tasks = [task(case, MODULE, make_it(ca)) for case, make_it in TAKEN.items()]
    run = ansible.tasks(tasks, connection=login(started)).expect()
    for case in TAKEN:
        outcome = run[case]
        assert (outcome.status, outcome.changed) == ("ok", True), (case, outcome.result["msg"])
        assert [one for one in outcome.result["findings"] if one["severity"] == "error"] == [], case


#: C: what cryptography refuses as a whole. In which certificate of the chain it is, and for which certificate name.
UNPARSED: dict[str, tuple[str, int, str]] = {
    "default written out": ("EncodedDefault in Extension::critical", 0, "cm"),
    "default written out in the issuer": ("EncodedDefault in Extension::critical", 1, "cm"),
    "default written out in the root": ("EncodedDefault in Extension::critical", 2, "cm"),
    "TRUE as 1": ("InvalidValue in Extension::critical", 0, "cm"),
    "long object identifier": ("OidTooLong in Extension::extn_id", 0, "cm"),
    "version 1 written out": ("EncodedDefault in TbsCertificate::version", 0, "cm"),
    "version 2": ("InvalidVersion in TbsCertificate::version", 0, "cm"),
    "version 2 of the root": ("InvalidVersion in TbsCertificate::version", 2, "cm"),
    "unique identifier": ("InvalidValue in TbsCertificate::issuer_unique_id", 0, "cm"),
    "unsorted name": ("InvalidSetOrdering in TbsCertificate::subject", 0, "cm"),
    "a client's": ("EncodedDefault in Extension::critical", 0, "syncer"),
}


def odd_chain(field: str, place: int) -> tuple[Issued, Issued, Issued]:
    """A chain of which one certificate is odd."""
    patches: list[Any] = [None, None, None]
    patches[place] = chains.ODD[field]
    root = make("Example Root", ca=True, patch=patches[2])
    issuing = make("Example Issuing", root, ca=True, patch=patches[1])
    return make(FQDN, issuing, patch=patches[0]), issuing, root


def test_what_only_openssl_parses_is_installed_and_proven(ansible: Ansible, started: Cluster) -> None:
    tasks, made = [], {}
    for case, (field, place, name) in UNPARSED.items():
        made[case] = odd_chain(field, place)
        options = given(*made[case], name=name)
        tasks += [
            task(f"check: {case}", MODULE, options, check_mode=True),
            task(case, MODULE, options),
            task(f"again: {case}", MODULE, options),
        ]
    run = ansible.tasks(tasks, connection=login(started)).expect(warnings=True)
    for case, (field, place, _name) in UNPARSED.items():
        result = run[case].result
        for found in (run[f"check: {case}"].result, result):
            assert (found["changed"], [one["id"] for one in found["findings"]]) == (True, ["unparsed_certificate"]), (
                case
            )
            assert f"certificate {place + 1}" in found["findings"][0]["found"], case
            assert f"({field})" in found["findings"][0]["found"], case
        assert (result["outcome"], result["proof"]["level"]) == ("changed", "complete"), (case, result["proof"])
        again = run[f"again: {case}"].result
        assert (again["changed"], again["outcome"]) == (False, "unchanged"), case
        assert any(f"({field})" in " ".join(one.split()) for one in run.warnings), (case, run.warnings)
        assert started.writes[-1].status == 200


def test_what_only_openssl_parses_is_judged_by_it(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    for_servers = make("Example Issuing", ca.root, ca=True, extensions=[eku(chains.SERVER)])
    leaf = make(FQDN, for_servers, patch=chains.critical_false)
    other = make(FQDN, ca.issuing, patch=chains.critical_false, extensions=[chains.names("other.example.com")])
    cases = {
        "purpose": given(leaf, for_servers, ca.root, name="syncer"),
        "host": given(other, ca.issuing, ca.root),
        "key": given(other, ca.issuing, ca.root, key=ca.root.key_pem),
    }
    run = ansible.tasks(both(cases), connection=login(started)).expect(warnings=True)
    for mode in ("check", "real"):
        for case, words in (("purpose", "certificate purpose"), ("host", "ostname mismatch")):
            assert run[f"{mode}: {case}"].failure["kind"] == "requirements_not_met"
            assert words in run[f"{mode}: {case}"].result["msg"]
        assert run[f"{mode}: key"].failure["kind"] == "key_mismatch"
    assert started.writes == []
    waived = ansible.tasks(
        [task("waived", MODULE, {**cases["purpose"], "requirements": "warn"})], connection=login(started)
    )
    findings = waived.expect(warnings=True)["waived"].result["findings"]
    assert {one["id"] for one in findings} == {"trial_failed", "unparsed_certificate"}


def test_a_member_of_a_bundle_that_only_openssl_parses(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    odd = make("Odd Root", ca=True, patch=chains.critical_false)
    options = {"name": "mtls_trusted_ca", "certificate": ca.root.pem + odd.pem}
    run = ansible.tasks([task("first", MODULE, options), task("again", MODULE, options)], connection=login(started))
    run.expect(warnings=True)
    assert [one["found"].partition(" cannot")[0] for one in run["first"].result["findings"]] == [
        "certificate 2 (CN=Odd Root)"
    ]
    assert (run["first"].changed, run["again"].changed) == (True, False)
    assert started.certificate("mtls_trusted_ca") == ca.root.pem + odd.pem


def plain(text: str) -> bytes:
    return base64.b64decode("".join(text.splitlines()[1:-1]))


def p7(*chain: Issued, der: bool = False) -> bytes:
    encoding = serialization.Encoding.DER if der else serialization.Encoding.PEM
    return pkcs7.serialize_certificates([one.certificate for one in chain], encoding)


def labelled(label: str, one: Issued, more: bytes = b"") -> str:
    return chains.pem(label, one.der + more)


#: What openssl x509 -trustout appends: trusted for clients.
TRUST = bytes.fromhex("300c300a06082b06010505070302")

#: D and E: forms that are read. Each has the three certificates of a chain, and the key.
Readable = Callable[[Path, tuple[Issued, ...]], dict[str, Any]]


def path_of(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def pem_of(chain: tuple[Issued, ...]) -> str:
    return "".join(one.pem for one in chain)


READ: dict[str, Readable] = {
    "TRUSTED intermediate": lambda _folder, c: {
        "certificate": c[0].pem + labelled("TRUSTED CERTIFICATE", c[1], TRUST) + c[2].pem,
        "private_key": c[0].key_pem,
    },
    "TRUSTED leaf": lambda _folder, c: {
        "certificate": labelled("TRUSTED CERTIFICATE", c[0], TRUST) + c[1].pem + c[2].pem,
        "private_key": c[0].key_pem,
    },
    "X509 CERTIFICATE": lambda _folder, c: {
        "certificate": "".join(labelled("X509 CERTIFICATE", one) for one in c),
        "private_key": c[0].key_pem,
    },
    "PKCS#7": lambda _folder, c: {"certificate": p7(*c).decode(), "private_key": c[0].key_pem},
    "PKCS#7 by its long label, behind the leaf": lambda _folder, c: {
        "certificate": c[0].pem + chains.pem("PKCS #7 SIGNED DATA", p7(*c[1:], der=True)),
        "private_key": c[0].key_pem,
    },
    "PKCS#7, root first": lambda _folder, c: {"certificate": p7(*c[::-1]).decode(), "private_key": c[0].key_pem},
    "PKCS#7 in DER": lambda folder, c: {
        "certificate_path": path_of(folder, "chain.p7b", p7(*c, der=True)),
        "private_key": c[0].key_pem,
    },
    "DER": lambda folder, c: {
        "certificate_path": path_of(folder, "leaf.der", c[0].der),
        "private_key_path": path_of(folder, "key.der", plain(c[0].key_pem)),
        "issuers": c[1].pem + c[2].pem,
    },
    "UTF-16": lambda folder, c: {
        "certificate_path": path_of(folder, "chain.txt", pem_of(c).encode("utf-16")),
        "private_key_path": path_of(folder, "key.txt", c[0].key_pem.encode("utf-16")),
    },
    "byte order mark": lambda folder, c: {
        "certificate_path": path_of(folder, "chain.pem", pem_of(c).encode("utf-8-sig")),
        "private_key_path": path_of(folder, "key.pem", c[0].key_pem.encode("utf-8-sig")),
    },
    "line ends written out": lambda _folder, c: {
        "certificate": pem_of(c).replace("\n", "\\n"),
        "private_key": c[0].key_pem.replace("\n", "\\n"),
    },
    "line ends of Windows written out": lambda _folder, c: {
        "certificate": pem_of(c).replace("\n", "\\r\\n"),
        "private_key": c[0].key_pem.replace("\n", "\\r\\n"),
    },
    "line ends escaped twice": lambda _folder, c: {
        "certificate": pem_of(c).replace("\n", "\\\\n"),
        "private_key": c[0].key_pem.replace("\n", "\\\\n"),
    },
    "as in a URL": lambda _folder, c: {
        "certificate": urllib.parse.quote(pem_of(c)),
        "private_key": urllib.parse.quote(c[0].key_pem),
    },
    "UTF-16 without a byte order mark": lambda folder, c: {
        "certificate_path": path_of(folder, "chain-be.txt", pem_of(c).encode("utf-16-be")),
        "private_key_path": path_of(folder, "key-le.txt", c[0].key_pem.encode("utf-16-le")),
    },
    "base64 of PEM": lambda _folder, c: {
        "certificate": base64.b64encode(pem_of(c).encode()).decode(),
        "private_key": base64.b64encode(c[0].key_pem.encode()).decode(),
    },
    "leaf twice": lambda _folder, c: {"certificate": c[0].pem + pem_of(c), "private_key": c[0].key_pem},
    "intermediate twice": lambda _folder, c: {
        "certificate": c[0].pem + c[1].pem + c[1].pem + c[2].pem,
        "private_key": c[0].key_pem,
    },
    "key, request and parameters beside it": lambda _folder, c: {
        "certificate": chains.pem("CERTIFICATE REQUEST", b"0\0") + chains.pem("EC PARAMETERS", b"0\0") + pem_of(c),
        "private_key": c[0].key_pem,
    },
    "base64 of PKCS#12": lambda folder, c: {
        "pkcs12_path": path_of(folder, "pair.b64", base64.encodebytes(p12(c[0], c[1:])))
    },
    "PKCS#12 in BER": lambda folder, c: {
        "pkcs12_path": path_of(folder, "ber.p12", chains.encode_ber(chains.parse(p12_by_openssl(folder, *c))[:1]))
    },
}


def p12(leaf: Issued, others: tuple[Issued, ...], alias: str = "proxy") -> bytes:
    more = [one.certificate for one in others]
    return pkcs12.serialize_key_and_certificates(
        alias.encode(), leaf.key, leaf.certificate, more, serialization.NoEncryption()
    )


def test_forms_that_can_be_read_are_read(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    cases = {case: (chain := ca.leaf(), options(ansible.folder, chain)) for case, options in READ.items()}
    tasks = [task(case, MODULE, {"name": "proxy", **options}) for case, (_chain, options) in cases.items()]
    run = ansible.tasks(tasks, connection=login(started)).expect()
    for case, (chain, _options) in cases.items():
        installed = run[case].result["after"]["chain_fingerprints"]
        assert installed == [one.certificate.fingerprint(hashes.SHA256()).hex(":") for one in chain], case


def swapped(c: tuple[Issued, ...]) -> dict[str, Any]:
    return {"certificate": c[0].key_pem, "private_key": pem_of(c)}


#: E: forms that are not read: the options, and what the message says of them.
NAMED: dict[str, tuple[Readable, str, str]] = {
    "swapped": (lambda _folder, c: swapped(c), "invalid_certificate", "option certificate: this is a private key."),
    "swapped files": (
        lambda folder, c: {
            "certificate_path": path_of(folder, "a", c[0].key_pem.encode()),
            "private_key_path": path_of(folder, "b", pem_of(c).encode()),
        },
        "invalid_certificate",
        "option certificate_path: this is a private key. Give it in private_key or private_key_path",
    ),
    "certificate for the key": (
        lambda _folder, c: {"certificate": pem_of(c), "private_key": pem_of(c)},
        "invalid_private_key",
        "the private key is not usable: this is a certificate.",
    ),
    "vaulted key": (
        lambda folder, c: {
            "certificate": pem_of(c),
            "private_key_path": path_of(folder, "vaulted", b"$ANSIBLE_VAULT;1.1;AES256\n3132\n"),
        },
        "invalid_private_key",
        "this is encrypted by ansible-vault, and files are read as they are. Use the option without",
    ),
    "vaulted PKCS#12": (
        lambda folder, _c: {"pkcs12_path": path_of(folder, "vaulted.p12", b"$ANSIBLE_VAULT;1.1;AES256\n3132\n")},
        "passphrase_missing",
        "option pkcs12_path: this is encrypted by ansible-vault",
    ),
    "PKCS#12 for a certificate": (
        lambda folder, c: {
            "certificate_path": path_of(folder, "pair.p12", p12(c[0], c[1:])),
            "private_key": c[0].key_pem,
        },
        "invalid_certificate",
        "option certificate_path: this is a PKCS#12 file. Give it in pkcs12_path",
    ),
    "base64 of PKCS#12 for a certificate": (
        lambda _folder, c: {"certificate": base64.b64encode(p12(c[0], c[1:])).decode(), "private_key": c[0].key_pem},
        "invalid_certificate",
        "option certificate: this is a PKCS#12 file.",
    ),
    "certificate for a PKCS#12": (
        lambda folder, c: {"pkcs12_path": path_of(folder, "pair.pem", pem_of(c).encode())},
        "passphrase_missing",
        "option pkcs12_path: this is a certificate.",
    ),
    "encrypted key beside its chain": (
        lambda _folder, c: {"certificate": pem_of(c), "private_key": encrypted(c[0].key) + pem_of(c)},
        "passphrase_missing",
        "the private key is not usable: it is encrypted. Give private_key_passphrase",
    ),
    "wrong passphrase of a key beside its chain": (
        lambda _folder, c: {
            "certificate": pem_of(c),
            "private_key": pem_of(c) + encrypted(c[0].key),
            "private_key_passphrase": "open barley",
        },
        "passphrase_wrong",
        "the private key is not usable: it cannot be decrypted. Check private_key_passphrase",
    ),
    "damaged certificate beside its key": (
        lambda _folder, c: {"certificate": c[0].key_pem + c[0].pem + c[1].pem.replace("M", "!", 1)},
        "invalid_certificate",
        "option certificate: a CERTIFICATE block is not valid base64. Give certificates in PEM",
    ),
    "request": (
        lambda _folder, c: {"certificate": chains.pem("CERTIFICATE REQUEST", b"0\0"), "private_key": c[0].key_pem},
        "invalid_certificate",
        "this is a certificate signing request. Give the certificate that the CA issued for it",
    ),
    "public key": (
        lambda _folder, c: {"certificate": pem_of(c), "private_key": chains.pem("PUBLIC KEY", b"0\0")},
        "invalid_private_key",
        "this is a public key.",
    ),
    "OpenSSH": (
        lambda _folder, c: {"certificate": pem_of(c), "private_key": openssh(c[0].key)},
        "invalid_private_key",
        "this is a key in the form of OpenSSH. Convert a copy: ssh-keygen -p -m PKCS8 -f FILE",
    ),
    "PuTTY": (
        lambda _folder, c: {
            "certificate": pem_of(c),
            "private_key": "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
        },
        "invalid_private_key",
        "this is a key in the form of PuTTY. Convert it: puttygen",
    ),
    "Java": (
        lambda folder, c: {
            "certificate_path": path_of(folder, "store.jks", bytes.fromhex("feedfeed") + b"\0" * 40),
            "private_key": c[0].key_pem,
        },
        "invalid_certificate",
        "this is a Java keystore. Convert it: keytool",
    ),
    "path in the place of content": (
        lambda _folder, c: {"certificate": "/etc/pki/tls/certs/proxy.pem", "private_key": c[0].key_pem},
        "invalid_certificate",
        "this is the path of a file, it seems. Give it in the option with _path",
    ),
    "JSON": (
        lambda _folder, c: {"certificate": '{"data": {"certificate": ""}}', "private_key": c[0].key_pem},
        "invalid_certificate",
        "this is JSON. Take the text in PEM out of it",
    ),
    "ZIP": (
        lambda folder, c: {
            "certificate_path": path_of(folder, "all.zip", b"PK\x03\x04" + b"\0" * 60),
            "private_key": c[0].key_pem,
        },
        "invalid_certificate",
        "this is a ZIP archive. Unpack it",
    ),
    "empty file": (
        lambda folder, c: {"certificate_path": path_of(folder, "empty.pem", b""), "private_key": c[0].key_pem},
        "invalid_certificate",
        "this is empty. Check the file",
    ),
    "unknown block": (
        lambda _folder, c: {
            "certificate": c[0].pem + labelled("ATTRIBUTE CERTIFICATE", c[1]),
            "private_key": c[0].key_pem,
        },
        "invalid_certificate",
        "a PEM block ATTRIBUTE CERTIFICATE is none that is known. Convert it, or remove it.",
    ),
    "web page": (
        lambda folder, c: {
            "certificate_path": path_of(folder, "page.pem", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
            "private_key": c[0].key_pem,
        },
        "invalid_certificate",
        "this is a web page. Download the file itself",
    ),
    "what OpenSSL refuses too": (
        lambda _folder, c: {"certificate": c[0].pem + c[1].pem, "private_key": c[0].key_pem},
        "invalid_certificate",
        "certificate 1 of 2 cannot be parsed (InvalidValue in TbsCertificate::serial).",
    ),
    "a time without seconds, with which OpenSSL verifies nothing": (
        lambda _folder, c: {"certificate": c[0].pem + c[1].pem, "private_key": c[0].key_pem},
        "invalid_certificate",
        "certificate 1 of 2 cannot be parsed (InvalidValue in Time::UtcTime).",
    ),
    "what cryptography refuses in PKCS#12": (
        lambda folder, c: {"pkcs12_path": path_of(folder, "odd.p12", p12_by_openssl(folder, c[0]))},
        "invalid_certificate",
        "holds a certificate that cannot be parsed by cryptography, the library of Python (InvalidVersion in Tbs",
    ),
    "expired CA in a bundle": (
        lambda _folder, _c: {
            "name": "mtls_trusted_ca",
            "certificate": make("Good", ca=True).pem + make("Gone", ca=True, days=(-9, -1)).pem,
        },
        "certificate_expired",
        "certificate 2 of the bundle (CN=Gone) expired on",
    ),
}


def p12_by_openssl(folder: Path, one: Issued, *others: Issued) -> bytes:
    """A pair without encryption, as only OpenSSL writes it."""
    path = path_of(folder, "odd.pem", (one.pem + one.key_pem + pem_of(others)).encode())
    plain = ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac", "-passout", "pass:")
    return subprocess.run(["openssl", "pkcs12", "-export", "-in", path, *plain], check=True, capture_output=True).stdout


def openssh(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def encrypted(key: rsa.RSAPrivateKey) -> str:
    encryption = serialization.BestAvailableEncryption(b"right")
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


def test_forms_that_are_not_read_are_named(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    odd = {
        "what OpenSSL refuses too": ca.leaf(patch=chains.padded_serial),
        "a time without seconds, with which OpenSSL verifies nothing": ca.leaf(patch=chains.without_seconds),
        "what cryptography refuses in PKCS#12": ca.leaf(patch=chains.version_2),
    }
    cases = {
        case: {"name": "proxy", **options(ansible.folder, odd.get(case) or ca.leaf())}
        for case, (options, _kind, _words) in NAMED.items()
    }
    tasks = [task(case, MODULE, options, ignore_errors=True) for case, options in cases.items()]
    run = ansible.tasks(tasks, connection=login(started)).expect()
    for case, (_options, kind, words) in NAMED.items():
        message = run[case].result["msg"]
        assert (run[case].failure["kind"], words in message) == (kind, True), (case, message)
    assert "Take it out of the bundle" in run["expired CA in a bundle"].result["msg"]
    assert started.writes == []


def renewed(subject: str, issuer: Issued | None) -> tuple[Issued, Issued, Issued]:
    """A leaf, and two certificates of its CA with the same key, of which the first has expired."""
    good = make(subject, issuer, ca=True)
    gone = make(subject, issuer, ca=True, key=good.key, days=(-30, -1))
    return make(FQDN, good), gone, good


def crossed() -> tuple[Issued, Issued, Issued, Issued]:
    """A leaf below a new root, which an old one has signed too."""
    new = make("New Root", ca=True)
    old = make("Old Root", ca=True)
    return make(FQDN, new), make("New Root", old, ca=True, key=new.key), old, new


def two_pairs(folder: Path, encode: Callable[..., bytes] = chains.encode, **pairs: Issued) -> str:
    """A file with several pairs, by their names, as Java's keytool writes it."""
    infos: list[chains.Element] = []
    for alias, one in pairs.items():
        ((_tag, (version, (_sequence, (kind, (explicit, (octets,)))), *_mac)),) = _nested(p12(one, (), alias))
        infos += _nested(octets[1])[0][1]
    content: chains.Element = (explicit, [(0x04, chains.encode([(0x30, infos)]))])
    return path_of(folder, f"{encode.__name__}.p12", encode([(0x30, [version, (0x30, [kind, content])])]))


def _nested(der: bytes) -> Any:
    return chains.parse(der)


def test_one_line_is_chosen_from_a_bag(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    leaf, gone, good = renewed("Example Issuing", ca.root)
    root_leaf, root_gone, root = renewed("Root", None)
    cross_leaf, cross, old, new = crossed()
    # In PKCS#7, which of them comes first depends on their bytes.
    strangers = [make("Example Issuing", ca.root, ca=True) for _number in range(8)]
    p12_path = path_of(ansible.folder, "renewed.p12", p12(leaf, (gone, good, ca.root)))
    cases: dict[str, tuple[dict[str, Any], list[Issued]]] = {
        "renewed CA in PKCS#12": ({"pkcs12_path": p12_path}, [leaf, good, ca.root]),
        "renewed CA in PEM": (given(leaf, gone, good, ca.root), [leaf, good, ca.root]),
        "renewed CA in PKCS#7": (
            {"certificate": p7(ca.root, gone, good, leaf).decode(), "private_key": leaf.key_pem},
            [leaf, good, ca.root],
        ),
        "another CA in PKCS#7": (
            {"certificate": p7(leaf, good, ca.root, *strangers).decode(), "private_key": leaf.key_pem},
            [leaf, good, ca.root],
        ),
        "renewed CA among issuers": (
            {**given(leaf), "issuers": gone.pem + good.pem + ca.root.pem},
            [leaf, good, ca.root],
        ),
        "renewed root, the expired one first": (given(root_leaf, root_gone, root), [root_leaf, root]),
        "renewed root, the expired one last": (given(root_leaf, root, root_gone), [root_leaf, root]),
        "cross-signed": (given(cross_leaf, cross, old, new), [cross_leaf, new]),
        "cross-signed, as OpenBao returns it": (given(cross_leaf, new, cross, old), [cross_leaf, new]),
        "cross-signed, without the old root": (given(cross_leaf, new, cross), [cross_leaf, new]),
        "cross-signed alone": (given(cross_leaf, cross, old), [cross_leaf, cross, old]),
    }
    tasks = [task(case, MODULE, {"name": "proxy", **options}) for case, (options, _line) in cases.items()]
    run = ansible.tasks(tasks, connection=login(started)).expect()
    for case, (_options, line) in cases.items():
        expected = [one.certificate.fingerprint(hashes.SHA256()).hex(":") for one in line]
        assert run[case].result["after"]["chain_fingerprints"] == expected, case


def test_several_pairs_in_one_file(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    old, new = ca.leaf(days=(-30, 5))[0], ca.leaf()[0]
    options = {"name": "proxy", "pkcs12_path": two_pairs(ansible.folder, Old=old, new=new), "requirements": "ignore"}
    ber = two_pairs(ansible.folder, chains.encode_ber, Old=old, new=new)
    names = {"none": None, "other": "other", "old": "old", "new": "NEW"}
    run = ansible.tasks(
        [
            task(case, MODULE, {**options, "pkcs12_friendly_name": name}, ignore_errors=True)
            for case, name in names.items()
        ]
        + [task("BER", MODULE, {**options, "pkcs12_path": ber, "pkcs12_friendly_name": "new"}, ignore_errors=True)],
        connection=login(started),
    ).expect()
    assert run["BER"].failure["kind"] == "several_pairs"
    assert "in a form in which only the first of them can be read" in run["BER"].result["msg"]
    for case in ("none", "other"):
        assert run[case].failure["kind"] == "several_pairs"
        assert f"several pairs: Old (CN={FQDN}, expires on " in run[case].result["msg"]
        assert f", new (CN={FQDN}, expires on " in run[case].result["msg"]
    for case, one in {"old": old, "new": new}.items():
        fingerprint = one.certificate.fingerprint(hashes.SHA256()).hex(":")
        assert run[case].result["after"]["fingerprint"] == fingerprint


def test_the_order_of_a_chain_is_the_user_s(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    leaf, issuing, root = ca.leaf()
    stranger = make("Stranger", ca=True)
    wrong = {"misordered": given(leaf, root, issuing), "stranger": given(leaf, issuing, root, stranger)}
    run = ansible.tasks(
        [task(case, MODULE, options, ignore_errors=True) for case, options in wrong.items()], connection=login(started)
    ).expect()
    assert {outcome.failure["kind"] for outcome in run.outcomes} == {"chain_order"}


@pytest.mark.parametrize("patch", [chains.critical_false, chains.without_seconds])
def test_what_cannot_be_parsed_can_be_put_back(ansible: Ansible, started: Cluster, ca: Ca, patch: Any) -> None:
    """The text that the API reports is sent back as it is, also where nothing in it is read."""
    odd, new = ca.leaf(patch=patch)[0], ca.leaf()
    started.set_certificate("cm", odd.pem, odd.key_pem)
    started.nodes[0].lag = float("inf")
    options = given(*new, name="cm", wait_timeout=1)
    run = ansible.tasks([task("replace", MODULE, options, ignore_errors=True)], connection=login(started)).expect()
    assert run["replace"].result["outcome"] == "rolled_back", run["replace"].result["msg"]
    assert [write.status for write in started.writes] == [200, 200]
    assert started.certificate("cm") == odd.pem


def test_no_way_back_is_said_before_the_write(ansible: Ansible, started: Cluster, ca: Ca) -> None:
    gone, new = ca.leaf(days=(-30, -1)), ca.leaf()
    started.set_certificate("cm", "".join(one.pem for one in gone), gone[0].key_pem)
    started.set_certificate("proxy", "no certificate", gone[0].key_pem)
    both_names = [given(*new, name=name) for name in ("cm", "proxy")]
    options = {"certificates": both_names}
    for check_mode in (True, False):
        run = ansible.tasks(
            [
                task("replace", "cluster_certificates", options, check_mode=check_mode),
                task("wanted", "cluster_certificates", {**options, "rollback": False}, check_mode=True),
            ],
            connection=login(started),
        )
        found = sorted(run.expect(warnings=True).warnings)
        ends = ("and the cluster refuses what has expired.", "the old certificate is not PEM.")
        assert [warning.rpartition(": ")[2].endswith(end) for warning, end in zip(found, ends)] == [True, True], found
        assert all(": there is no way back: " in warning for warning in found)
