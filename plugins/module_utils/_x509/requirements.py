# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A cluster's requirements for certificates, and the ones that a certificate does not meet, as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._product.cipher_suites import ECDSA, RSA, authentications
from .._product.names import CA_BUNDLES, INTERNODE, KNOWN
from .._product.releases import (
    CHAIN_WITHOUT_COMMON_NAMES,
    KEY_TYPE_CHECKED,
    UNKNOWN_EXTENSIONS,
    UNTRUSTED_INTERMEDIATES,
    WILDCARDS_LEFT_OUT,
    is_before,
    oldest_version,
)
from .._untrusted import printable
from .certificate import to_iso
from .chain import ChainCertificate
from .finding import ERROR, WARNING, Finding
from .opaque import Certificate

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
except ImportError:  # reported by _libraries
    pass


#: Uploads are checked for the root from 8.0.16-29 on (RS185428).
CHAIN_WITHOUT_ROOT = "chain_without_root"

#: What is easily overlooked until a cluster refuses the certificate: warned about although it is advice.
EASILY_OVERLOOKED = frozenset({CHAIN_WITHOUT_ROOT, "unparsed_certificate"})

_VENDOR = "vendor, requirements for CA-signed certificates"
_FIELDS = "RFC 5280, section 4.1"
_VALIDITY = "RFC 5280, section 4.1.2.5"
_EXTENSIONS = "RFC 5280, section 4.2"
_BASIC_CONSTRAINTS = "RFC 5280, section 4.2.1.9"
_PATH_VALIDATION = "RFC 5280, section 6.1.3"
_ENVOY = "Envoy before 1.33, github.com/envoyproxy/envoy/issues/10855"

#: What is shown to clients under the cluster's own names.
_SERVERS = frozenset({"api", "cm", "metrics_exporter", "proxy"})

#: Served by Envoy, the proxy in front of the control plane, whose release is unknown.
_BEHIND_ENVOY = frozenset({"api", "cm"})

#: The purposes that the extended key usage has to hold, by what their lack means.
_PURPOSES: dict[str, dict[str, tuple[str, ...]]] = {
    **{name: {ERROR: ("serverAuth", "clientAuth")} for name in _SERVERS | INTERNODE},
    "ldap_client": {ERROR: ("clientAuth",)},
    "syncer": {ERROR: ("clientAuth",), WARNING: ("serverAuth",)},
}
_PURPOSE_OIDS = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2"}

#: Without which each of them is of no use: the roles that it plays.
ROLES = {name: purposes[ERROR] for name, purposes in _PURPOSES.items()}

#: Those whose use in TLS is documented well enough to judge what they are allowed for.
_TLS = frozenset(_PURPOSES)

#: Chains with a private key that the vendor documents.
_KNOWN_CHAINS = KNOWN - CA_BUNDLES

_WEAK_DIGESTS = frozenset({"md5", "sha1"})
_WANTED_DIGESTS = frozenset({"sha256", "sha512", ""})  # empty: the algorithm has none
_MINIMUM_RSA_BITS = 2048
_MINIMUM_EC_BITS = 224
_LONGEST_VALIDITY = timedelta(days=366)


@dataclass(frozen=True)
class _Case:
    """What is judged, and what is known of the cluster that it is for."""

    name: str
    links: tuple[ChainCertificate, ...]
    fqdn: str | None
    versions: frozenset[str]
    settings: Mapping[str, Any]
    now: datetime

    @property
    def version(self) -> str | None:
        return oldest_version(self.versions)

    @property
    def leaf(self) -> ChainCertificate:
        return self.links[0]

    @property
    def last(self) -> ChainCertificate:
        return self.links[-1]

    def finding(self, id: str, severity: str, found: str, remedy: str, source: str = _VENDOR) -> Finding:
        """Return a finding about this certificate name."""
        return Finding(id, severity, self.name, printable(found), printable(remedy), source)


def _unreadable(case: _Case) -> Iterator[Finding]:
    for link in case.links:
        if link.refused_for is not None:
            found = f"{link.title} cannot be parsed by cryptography, the library of Python ({link.refused_for})"
            remedy = "OpenSSL takes it, and the cluster decides; issue it again for clients that are as strict"
            yield case.finding("unparsed_certificate", WARNING, found, remedy, _FIELDS)
            continue
        if link.extensions is None:
            # OpenSSL, which takes more than cryptography does, judges it in a handshake, and the server decides.
            found = f"{link.title} holds an extension that cannot be parsed{link.extensions_problem}"
            remedy = "Issue it again with well-formed extensions"
            yield case.finding("malformed_extension", WARNING, found, remedy, _EXTENSIONS)
        for field, value in (
            ("subject", link.subject),
            ("issuer", link.issuer),
            ("validity", link.validity),
            ("public key", link.key),
            ("signature algorithm", link.digest),
        ):
            if value is None:
                # The field may be malformed, or only newer than this host's cryptography: the server has to decide.
                found = f"the {field} of {link.title} cannot be read, and is not judged"
                remedy = "Look at it with openssl x509 -text, and issue it again if it is damaged"
                yield case.finding("unreadable_field", WARNING, found, remedy, _FIELDS)


def _validity(case: _Case) -> Iterator[Finding]:
    for link in case.links:
        if link.validity is None:
            continue
        start, end = link.validity
        prefix = "chain_" if link.number > 1 and case.name not in CA_BUNDLES else ""
        if end < case.now:
            found = f"{link.title} expired on {to_iso(end)}"
            yield case.finding(f"{prefix}expired", ERROR, found, "Put a current one in its place", _VALIDITY)
        if start > case.now:
            found = f"{link.title} is not valid before {to_iso(start)}"
            remedy = "Wait until then, or check the clocks of this host and of the CA"
            yield case.finding(f"{prefix}not_yet_valid", ERROR, found, remedy, _VALIDITY)


def _key_size(case: _Case) -> Iterator[Finding]:
    for link in case.links:
        for kind, label, minimum, source in (
            (rsa.RSAPublicKey, "RSA", _MINIMUM_RSA_BITS, _VENDOR),
            (ec.EllipticCurvePublicKey, "EC", _MINIMUM_EC_BITS, "NIST SP 800-131A"),
        ):
            if isinstance(link.key, kind) and link.key.key_size < minimum:
                found = f"{link.title} has an {label} key of {link.key.key_size} bits only"
                remedy = f"Use an {label} key of at least {minimum} bits"
                yield case.finding("key_too_small", ERROR, found, remedy, source)


def _order(case: _Case) -> Iterator[Finding]:
    for link, issuer in zip(case.links, case.links[1:]):
        if not link.names(issuer):
            found = f"{link.title} is not issued by {issuer.title}, which follows it"
            yield case.finding(
                "chain_order", ERROR, found, "Give the leaf first, then each issuer after what it issued"
            )


def _signatures(case: _Case) -> Iterator[Finding]:
    for link, issuer in zip(case.links, (*case.links[1:], case.last)):
        if link.names(issuer) and link.badly_signed_by(issuer):
            found = f"the signature of {link.title} was not made with the key of {issuer.title}"
            remedy = "Get the certificate and its chain from the CA again"
            yield case.finding("chain_signature", ERROR, found, remedy, _PATH_VALIDATION)


def _issuers_are_cas(case: _Case) -> Iterator[Finding]:
    for issuer in case.links[1:]:
        if issuer.is_ca is False:
            found = f"{issuer.title} is used as an issuer but is not a CA certificate (basicConstraints CA:FALSE)"
            yield case.finding("issuer_not_ca", ERROR, found, "Use a certificate that a CA issued", _BASIC_CONSTRAINTS)


def _root(case: _Case) -> Iterator[Finding]:
    if not case.last.self_issued:
        found = f"the chain ends with {case.last.title}, without {case.last.issuer_title}"
        remedy = "Append what is missing, up to the root, with issuers"
        yield case.finding(CHAIN_WITHOUT_ROOT, WARNING, found, remedy)


def _signature_digest(case: _Case) -> Iterator[Finding]:
    for link in case.links:
        trusted_by_itself = link.number > 1 and link is case.last and link.self_issued
        if link.digest is None or link.digest in _WANTED_DIGESTS or trusted_by_itself:
            continue
        kind, severity = ("weak_signature", ERROR) if link.digest in _WEAK_DIGESTS else ("unusual_signature", WARNING)
        found = f"the signature of {link.title} uses {link.digest.upper()}"
        yield case.finding(kind, severity, found, "Have it signed with SHA-256 or SHA-512")


def _purposes(case: _Case) -> Iterator[Finding]:
    if case.leaf.extensions is None:
        return
    usage = case.leaf.extension(x509.ExtendedKeyUsage)
    held = {purpose.dotted_string for purpose in usage or ()}
    for severity, demanded in _PURPOSES[case.name].items():
        # anyExtendedKeyUsage does not replace them: OpenSSL does not accept it in their place.
        missing = " and ".join(purpose for purpose in demanded if _PURPOSE_OIDS[purpose] not in held)
        if missing:
            has = "no extended key usage, and so lacks" if usage is None else "an extended key usage without"
            remedy = f"Issue it again with {missing} in its extended key usage"
            yield case.finding("eku_missing", severity, f"{case.leaf.title} has {has} {missing}", remedy)


def _key_usage(case: _Case) -> Iterator[Finding]:
    leaf = case.leaf
    if leaf.extensions is None:
        return
    usage = leaf.extension(x509.KeyUsage)
    demanded = {"digitalSignature": "digital_signature"}
    if isinstance(leaf.key, rsa.RSAPublicKey):  # no other type of key enciphers
        demanded["keyEncipherment"] = "key_encipherment"
    missing = " and ".join(use for use, attribute in demanded.items() if not getattr(usage, attribute, False))
    if missing:
        severity, has = (WARNING, "no key usage, and so lacks") if usage is None else (ERROR, "a key usage without")
        remedy = f"Issue it again with {missing} in its key usage"
        yield case.finding("key_usage_missing", severity, f"{leaf.title} has {has} {missing}", remedy)


def _uncovered(names: set[str], host: str) -> list[str]:
    """Return which of C(host) and the wildcard below it the alternative names do not cover."""
    wildcard = f"*.{host}"
    parent_wildcard = f"*.{host.partition('.')[2]}"
    missing = [] if {host, parent_wildcard} & names else [host]
    return missing if wildcard in names else [*missing, wildcard]


def _alternative_names(case: _Case) -> Iterator[Finding]:
    if case.fqdn is None or case.leaf.extensions is None:
        return
    extension = case.leaf.extension(x509.SubjectAlternativeName)
    names = set() if extension is None else set(map(str.lower, extension.get_values_for_type(x509.DNSName)))
    for kind, severity, host in (
        ("name_missing", ERROR, case.fqdn),
        ("internal_name_missing", WARNING, f"internal.{case.fqdn}"),
    ):
        missing = " and ".join(_uncovered(names, host))
        if missing:
            found = f"the subject alternative names (SAN) of {case.leaf.title} do not cover {missing}"
            remedy = f"Issue it again with {missing} among its subject alternative names"
            if case.leaf.self_issued and WILDCARDS_LEFT_OUT.concerns(case.versions, case.name):
                remedy += f"; the vendor's script leaves wildcard names out ({WILDCARDS_LEFT_OUT.id})"
            yield case.finding(kind, severity, found, remedy)


def _common_name(case: _Case) -> Iterator[Finding]:
    names = case.leaf.common_names
    if case.fqdn is None or names is None or case.fqdn in map(str.lower, names):
        return
    has = f"has the Common Name {' and '.join(names)}" if names else "has no Common Name"
    found = f"{case.leaf.title} {has}, and the cluster is {case.fqdn}"
    yield case.finding("common_name_differs", WARNING, found, f"Issue it again with the Common Name {case.fqdn}")


def _chain_common_names(case: _Case) -> Iterator[Finding]:
    if not is_before(case.version, CHAIN_WITHOUT_COMMON_NAMES):
        return
    for link in case.links:
        if link.common_names == []:
            found = f"{link.title} has no Common Name, and the cluster runs {case.version}"
            remedy = f"Issue it again with one, or upgrade to {CHAIN_WITHOUT_COMMON_NAMES} or newer"
            yield case.finding("common_name_missing", ERROR, found, remedy, "RS61676")


def _unknown_extensions(case: _Case) -> Iterator[Finding]:
    if not is_before(case.version, UNKNOWN_EXTENSIONS):
        return
    for link in case.links:
        # Which ones the server knows is not documented: those that cryptography does not know are the rare ones.
        unknown = [one.oid.dotted_string for one in link.extensions or () if _is_unknown(one.value)]
        if unknown:
            found = f"{link.title} has uncommon extensions ({', '.join(unknown)}), and the cluster runs {case.version}"
            remedy = f"Issue it again without them, or upgrade to {UNKNOWN_EXTENSIONS} or newer"
            yield case.finding("unknown_extension", WARNING, found, remedy, "RS125930")


def _is_unknown(extension: x509.ExtensionType) -> bool:
    return isinstance(extension, x509.UnrecognizedExtension)


def _key_type(case: _Case) -> Iterator[Finding]:
    if all(is_before(version, KEY_TYPE_CHECKED) for version in case.versions):
        return
    if isinstance(case.leaf.key, rsa.RSAPublicKey):
        kind, other, authentication = "an RSA", "EC", RSA
    elif isinstance(case.leaf.key, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        kind, other, authentication = "an EC", "RSA", ECDSA
    else:
        return
    setting = "data_cipher_list" if case.name == "proxy" else "control_cipher_suites"
    configured = authentications(case.settings.get(setting))
    if not configured or authentication in configured:
        return
    # Suites of TLS 1.3 fit any key: connections may work, and whether the upload does is not documented.
    maybe = case.name == "proxy" and case.settings.get("data_cipher_suites_tls_1_3")
    found = f"{case.leaf.title} has {kind} key, and no cipher suite in {setting} of the cluster is for such a key"
    remedy = f"Use an {other} key, or add cipher suites to {setting}"
    yield case.finding("key_type_not_supported", WARNING if maybe else ERROR, found, remedy)


def _curve(case: _Case) -> Iterator[Finding]:
    if isinstance(case.leaf.key, ec.EllipticCurvePublicKey) and not isinstance(case.leaf.key.curve, ec.SECP256R1):
        found = f"{case.leaf.title} has an EC key on {case.leaf.key.curve.name}, which the cluster may not load"
        remedy = "Use an EC key on P-256 (secp256r1), or an RSA key"
        yield case.finding("key_type_not_supported", WARNING, found, remedy, _ENVOY)


def _long_validity(case: _Case) -> Iterator[Finding]:
    if case.leaf.validity is None:
        return
    start, end = case.leaf.validity
    if end - start > _LONGEST_VALIDITY:
        found = f"{case.leaf.title} is valid for {(end - start).days} days"
        yield case.finding("validity_too_long", WARNING, found, "Issue it for a year at the most")


def _internode_key(case: _Case) -> Iterator[Finding]:
    if case.leaf.key is not None and not isinstance(case.leaf.key, rsa.RSAPublicKey):
        found = f"the key of {case.leaf.title} is not an RSA key"
        yield case.finding("internode_key_type", ERROR, found, "Use an RSA key between nodes")


def _internode_chain(case: _Case) -> Iterator[Finding]:
    given = len(case.links)
    levels = given if case.last.self_issued else given + 1  # at least: what is above the last one is unknown
    if given == 1 and levels > 1:
        found = f"{case.leaf.title} comes without its issuers"
        yield case.finding("internode_chain_missing", ERROR, found, "Add the chain, the root last")
    fixed = UNTRUSTED_INTERMEDIATES.fixed_in(case.versions)
    if levels > 2 and fixed is not None:
        affected = " and ".join(UNTRUSTED_INTERMEDIATES.among(case.versions))
        found = f"the chain has {levels} levels, the root included, and the cluster runs {affected}"
        remedy = f"Use a certificate that the root issued directly, or upgrade to {fixed} or newer"
        severity = ERROR if given > 2 else WARNING
        yield case.finding("internode_chain_depth", severity, found, remedy, UNTRUSTED_INTERMEDIATES.id)


def _trusted_cas(case: _Case) -> Iterator[Finding]:
    for link in case.links:
        if link.is_ca is False:
            remedy = "Give the certificate of the CA that issues the client certificates"
            found = f"{link.title} is not a CA certificate (basicConstraints CA:FALSE)"
            yield case.finding("not_a_ca", WARNING, found, remedy, _BASIC_CONSTRAINTS)


_Rule = Callable[[_Case], Iterable[Finding]]

_RULES: tuple[_Rule, ...] = (_unreadable, _validity, _key_size)

#: For everything but CA bundles, names that only a newer server knows included.
_CHAIN_RULES: tuple[_Rule, ...] = (_order, _signatures, _issuers_are_cas, _root, _signature_digest)

_RULES_BY_NAME: tuple[tuple[_Rule, frozenset[str]], ...] = (
    (_purposes, _TLS),
    (_key_usage, _TLS),
    (_alternative_names, _SERVERS),
    (_common_name, _SERVERS),
    (_chain_common_names, _KNOWN_CHAINS),
    (_unknown_extensions, _KNOWN_CHAINS),
    (_key_type, _SERVERS),
    (_curve, _BEHIND_ENVOY),
    (_long_validity, _KNOWN_CHAINS),
    (_internode_key, INTERNODE),
    (_internode_chain, INTERNODE),
    (_trusted_cas, frozenset({"mtls_trusted_ca"})),
)


def check_requirements(
    name: str,
    chain: Sequence[Certificate],
    *,
    fqdn: str | None,
    versions: frozenset[str],
    now: datetime,
    settings: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return what is wrong with a certificate for a cluster: errors first, then warnings. Never raises.

    Args:
        name: as the REST API writes it. Names that are not documented are judged by what holds for every chain.
        chain: leaf first; for CA bundles in any order.
        fqdn: of the cluster; None: unknown, what depends on it is not judged.
        versions: of the nodes; empty: unknown, likewise.
        now: in UTC.
        settings: of the cluster, as C(GET /v1/cluster) shows them; None: unknown, likewise.
    """
    if not chain:
        return []
    links = tuple(ChainCertificate.of(number, certificate) for number, certificate in enumerate(chain, 1))
    case = _Case(name, links, fqdn.lower().rstrip(".") if fqdn else None, versions, settings or {}, now)
    rules = [*_RULES, *(() if name in CA_BUNDLES else _CHAIN_RULES)]
    rules += [rule for rule, names in _RULES_BY_NAME if name in names]
    return sorted((finding for rule in rules for finding in rule(case)), key=lambda finding: finding.severity != ERROR)
