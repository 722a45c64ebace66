# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requirements: what is found wrong with a certificate, how bad it is, and that nothing odd is too odd to judge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product import names
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.releases import (
    CHAIN_WITHOUT_COMMON_NAMES,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.finding import Finding
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import check_requirements
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Form, Material, cluster_names, self_signed
from simulator.keys import leaf_key

FQDN = "cluster.example.com"
NEW = "8.2.0-50"
SERVERS = ("api", "cm", "metrics_exporter", "proxy")
INTERNODE = sorted(names.INTERNODE)
CHAINS = [*sorted(names.KNOWN - names.CA_BUNDLES), "quantum_gateway"]
EVERY_NAME = [*CHAINS, *sorted(names.CA_BUNDLES)]
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_CA = self_signed(Form("EC CA", ca=True), EC_KEY)
COMPLETE = Form(FQDN, sans=cluster_names(FQDN), eku=("serverAuth", "clientAuth"))

# The DER of algorithm identifiers whose last byte tells members of a family apart.
SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
MD5, SHA1, UNHEARD_OF = 4, 5, 0x7F

Expected = list[tuple[str, str]]  # id and severity of each finding


def check(
    name: str, chain: Sequence[x509.Certificate], now: datetime, version: str | None = NEW, **known: Any
) -> list[Finding]:
    versions = frozenset(() if version is None else (version,))
    return check_requirements(name, chain, now=now, versions=versions, **{"fqdn": FQDN, **known})


def found(name: str, chain: Sequence[x509.Certificate], now: datetime, **known: Any) -> Expected:
    return [(finding.id, finding.severity) for finding in check(name, chain, now, **known)]


def edited(certificate: x509.Certificate, old: bytes, new: bytes, count: int = -1) -> x509.Certificate:
    """``certificate`` with bytes of its DER replaced by as many others: what no builder agrees to make."""
    der = certificate.public_bytes(Encoding.DER)
    assert old in der
    assert len(old) == len(new)
    return x509.load_der_x509_certificate(der.replace(old, new, count))


def family(algorithm: bytes, last_byte: int) -> bytes:
    """Another member of the family that ``algorithm`` belongs to."""
    return algorithm[:-1] + bytes([last_byte])


def with_broken_signature(certificate: x509.Certificate) -> x509.Certificate:
    end = certificate.signature[-16:]
    return edited(certificate, end, bytes(byte ^ 0xFF for byte in end))


def built(
    now: datetime,
    *extensions: x509.ExtensionType,
    common_name: str = FQDN,
    key: ec.EllipticCurvePrivateKey = EC_KEY,
) -> x509.Certificate:
    """A self-signed certificate with these extensions and no other."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=300))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="session")
def good(authority: Authority) -> Material:
    """A leaf, an intermediate and the root, as the vendor wants them."""
    return authority.issue(FQDN, intermediates=1, root=True)


@pytest.mark.parametrize("name", CHAINS)
def test_nothing_is_wrong_with_a_complete_chain(good: Material, name: str, now: datetime) -> None:
    assert check(name, good.chain, now) == []


@pytest.mark.parametrize("name", CHAINS)
def test_nothing_is_wrong_with_a_self_signed_certificate(name: str, now: datetime) -> None:
    assert check(name, [self_signed(COMPLETE, leaf_key("rsa").private)], now) == []


@pytest.mark.parametrize("name", sorted(names.CA_BUNDLES))
def test_nothing_is_wrong_with_cas_in_any_order(authority: Authority, name: str, now: datetime) -> None:
    assert check(name, [authority.certificate, Authority("Another CA").certificate], now) == []


def test_nothing_is_found_where_there_is_nothing(now: datetime) -> None:
    assert check("proxy", [], now) == []


def test_a_finding_tells_what_where_and_what_to_do(authority: Authority, now: datetime) -> None:
    (finding,) = check("proxy", authority.issue(FQDN, eku=["serverAuth"], root=True).chain, now)
    assert finding.as_dict() == {
        "id": "eku_missing",
        "severity": "error",
        "certificate": "proxy",
        "found": "certificate 1 (O=Simulated,CN=cluster.example.com) has an extended key usage without clientAuth",
        "remedy": "Issue it again with clientAuth in its extended key usage",
        "source": "vendor, requirements for CA-signed certificates",
    }
    assert finding.text == f"{finding.found}. {finding.remedy} (eku_missing)"


EKU_ERROR = ("eku_missing", "error")
EKU_WARNING = ("eku_missing", "warning")


@pytest.mark.parametrize(
    ("names", "eku", "expected"),
    [
        ([*SERVERS, *INTERNODE], ["serverAuth"], [EKU_ERROR]),
        ([*SERVERS, *INTERNODE], ["clientAuth"], [EKU_ERROR]),
        ([*SERVERS, *INTERNODE], ["anyExtendedKeyUsage"], [EKU_ERROR]),
        ([*SERVERS, *INTERNODE], None, [EKU_ERROR]),
        (["syncer"], ["serverAuth"], [EKU_ERROR]),
        (["syncer"], ["clientAuth"], [EKU_WARNING]),
        (["syncer"], None, [EKU_ERROR, EKU_WARNING]),
        (["ldap_client"], ["serverAuth"], [EKU_ERROR]),
        (["ldap_client"], ["clientAuth"], []),
        (["sso_service", "quantum_gateway"], None, []),
    ],
)
def test_purposes(
    authority: Authority, names: list[str], eku: list[str] | None, expected: Expected, now: datetime
) -> None:
    chain = authority.issue(FQDN, eku=eku, root=True).chain
    for name in names:
        assert found(name, chain, now) == expected


def test_what_is_said_of_purposes(authority: Authority, now: datetime) -> None:
    (finding,) = check("proxy", authority.issue(FQDN, eku=None, root=True).chain, now)
    assert finding.found.endswith("has no extended key usage, and so lacks serverAuth and clientAuth")


@pytest.mark.parametrize("name", [*sorted(names.REQUIRED), "ldap_client"])
def test_key_usage(authority: Authority, name: str, now: datetime) -> None:
    absent = authority.issue(FQDN, key_usage=False, root=True).chain
    of_a_ca = authority.issue(FQDN, ca=True, root=True).chain  # has digitalSignature, and no keyEncipherment
    assert found(name, absent, now) == [("key_usage_missing", "warning")]
    assert found(name, of_a_ca, now) == [("key_usage_missing", "error")]


def test_only_rsa_keys_encipher(authority: Authority, now: datetime) -> None:
    assert check("proxy", authority.issue(FQDN, key="ec", ca=True, root=True).chain, now) == []


def test_key_usage_without_signatures(now: datetime) -> None:
    usage = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert found("ldap_client", [built(now, usage, purposes)], now) == [("key_usage_missing", "error")]
    assert found("sso_service", [built(now, usage)], now) == []


NAME_ERROR = ("name_missing", "error")
NAME_WARNING = ("internal_name_missing", "warning")


@pytest.mark.parametrize(
    ("sans", "expected"),
    [
        (["CLUSTER.example.com", "*.Cluster.example.com", "*.internal.cluster.example.COM"], []),
        ([f"{FQDN}.", f"*.{FQDN}.", f"internal.{FQDN}", f"*.internal.{FQDN}"], [NAME_ERROR]),  # as OpenSSL sees it
        (["*.example.com", f"*.{FQDN}", f"*.internal.{FQDN}"], []),
        (["*.example.com", f"*.internal.{FQDN}"], [NAME_ERROR, NAME_WARNING]),
        (["*.com", f"*.{FQDN}", f"*.internal.{FQDN}"], [NAME_ERROR]),
        ([FQDN, f"internal.{FQDN}", f"*.internal.{FQDN}"], [NAME_ERROR]),
        ([FQDN, f"*.{FQDN}", f"internal.{FQDN}"], [NAME_WARNING]),
        (["IP:127.0.0.1"], [NAME_ERROR, NAME_WARNING]),
        ([], [NAME_ERROR, NAME_WARNING]),
    ],
)
def test_alternative_names(authority: Authority, sans: list[str], expected: Expected, now: datetime) -> None:
    chain = authority.issue(FQDN, sans=sans, root=True).chain
    for name in CHAINS:
        assert found(name, chain, now) == (expected if name in SERVERS else [])
        assert check(name, chain, now, fqdn=None) == []


def test_what_is_said_of_names(authority: Authority, now: datetime) -> None:
    error, warning = check("proxy", authority.issue(FQDN, sans=[], root=True).chain, now)
    assert error.found.endswith(f"do not cover {FQDN} and *.{FQDN}")
    assert warning.found.endswith(f"do not cover internal.{FQDN} and *.internal.{FQDN}")


@pytest.mark.parametrize("name", SERVERS)
def test_the_common_name_is_the_fqdn(authority: Authority, name: str, now: datetime) -> None:
    another = authority.issue("another.example.com", sans=cluster_names(FQDN), root=True).chain
    none = authority.issue(FQDN, common_name=False, root=True).chain
    for chain in (another, none):
        assert found(name, chain, now) == [("common_name_differs", "warning")]
        assert check(name, chain, now, fqdn=None) == []
    assert check(name, authority.issue(FQDN, root=True).chain, now, fqdn="Cluster.Example.com.") == []


@pytest.mark.parametrize("name", CHAINS)
def test_the_order_of_the_chain(good: Material, name: str, now: datetime) -> None:
    leaf, intermediate, root = good.chain
    assert found(name, [leaf, root], now) == [("chain_order", "error")]
    assert dict(found(name, [leaf, root, intermediate], now)) == {
        "chain_order": "error",
        "chain_without_root": "warning",
    }


@pytest.mark.parametrize("name", CHAINS)
def test_signatures_that_fit_by_name_only(
    authority: Authority, namesake: x509.Certificate, name: str, now: datetime
) -> None:
    leaf, root = authority.issue(FQDN, root=True).chain
    of_another_type = self_signed(Form("Unit test CA", ca=True), EC_KEY)
    for chain in ([leaf, namesake], [leaf, of_another_type], [leaf, with_broken_signature(root)]):
        assert found(name, chain, now) == [("chain_signature", "error")]


@pytest.mark.parametrize("name", CHAINS)
def test_issuers_are_cas(name: str, now: datetime) -> None:
    issuer = self_signed(Form("Not a CA"), EC_KEY)
    leaf = COMPLETE.sign(leaf_key("rsa").private, issuer.subject, EC_KEY)
    assert found(name, [leaf, issuer], now) == [("issuer_not_ca", "error")]


@pytest.mark.parametrize("name", CHAINS)
def test_validity(authority: Authority, name: str, now: datetime) -> None:
    expired = authority.issue(FQDN, days=-1, root=True).chain
    future = authority.issue(FQDN, not_before=10, root=True).chain
    assert found(name, expired, now) == [("expired", "error")]
    assert found(name, future, now) == [("not_yet_valid", "error")]


@pytest.mark.parametrize("name", CHAINS)
def test_validity_of_issuers(authority: Authority, name: str, now: datetime) -> None:
    expired = Authority("Expired CA", days=-1).issue(FQDN, root=True).chain
    older_than_its_issuer = authority.issue(FQDN, not_before=-30, days=300, root=True).chain
    assert found(name, expired, now) == [("chain_expired", "error")]
    assert found(name, older_than_its_issuer, now - timedelta(days=20)) == [("chain_not_yet_valid", "error")]


def test_the_last_moment_is_valid(authority: Authority, now: datetime) -> None:
    end = now.replace(microsecond=0) + timedelta(days=30)
    chain = authority.issue(FQDN, days=end, root=True).chain
    assert check("proxy", chain, end) == []
    assert found("proxy", chain, end + timedelta(seconds=1)) == [("expired", "error")]


@pytest.mark.parametrize("name", [name for name in CHAINS if name not in INTERNODE])
def test_a_chain_ends_with_its_root(authority: Authority, name: str, now: datetime) -> None:
    for intermediates in (0, 1):
        chain = authority.issue(FQDN, intermediates=intermediates, root=False).chain
        assert found(name, chain, now) == [("chain_without_root", "warning")]


@pytest.mark.parametrize("name", [name for name in CHAINS if name != "quantum_gateway"])
def test_old_releases_want_common_names(name: str, now: datetime) -> None:
    chain = Authority(common_name=None).issue(FQDN, root=True).chain
    (finding,) = check(name, chain, now, version="7.4.2-54")
    assert (finding.id, finding.severity, finding.source) == ("common_name_missing", "error", "RS61676")
    assert finding.found.startswith("certificate 2 ")
    for version in (CHAIN_WITHOUT_COMMON_NAMES, NEW, None):
        assert check(name, chain, now, version=version) == []


@pytest.mark.parametrize("digest", [MD5, SHA1])
@pytest.mark.parametrize("name", CHAINS)
def test_weak_signatures(good: Material, name: str, digest: int, now: datetime) -> None:
    weak = [edited(certificate, SHA256_WITH_RSA, family(SHA256_WITH_RSA, digest)) for certificate in good.chain]
    leaf, intermediate, root = good.chain
    error = ("weak_signature", "error")

    def judged(*chain: x509.Certificate) -> Expected:
        # The edited signature is wrong, too.
        return [one for one in found(name, list(chain), now) if one != ("chain_signature", "error")]

    assert judged(weak[0], intermediate, root) == [error]
    assert judged(leaf, weak[1], root) == [error]
    assert judged(leaf, intermediate, weak[2]) == []
    assert judged(leaf, intermediate, weak[2], root) == [error]
    for last_of_its_chain in ([leaf, weak[1]], [weak[2]]):
        assert error in judged(*last_of_its_chain)


@pytest.mark.parametrize("name", CHAINS)
def test_digests_that_the_vendor_does_not_name(authority: Authority, name: str, now: datetime) -> None:
    chain = authority.issue(FQDN, digest="sha384", root=True).chain
    assert found(name, chain, now) == [("unusual_signature", "warning")]
    assert found(name, authority.issue(FQDN, digest="sha512", root=True).chain, now) == []


@pytest.mark.parametrize("name", CHAINS)
def test_small_rsa_keys(authority: Authority, name: str, now: datetime) -> None:
    chain = authority.issue(FQDN, key="rsa1024", root=True).chain
    assert found(name, chain, now) == [("key_too_small", "error")]


def test_small_ec_keys(now: datetime) -> None:
    small = built(now, key=ec.generate_private_key(ec.SECP192R1()))
    assert found("sso_service", [small], now) == [("key_too_small", "error")]
    assert found("sso_service", [built(now)], now) == []


@pytest.mark.parametrize("name", CHAINS)
def test_long_validity(authority: Authority, name: str, now: datetime) -> None:
    chain = authority.issue(FQDN, not_before=0, days=367, root=True).chain
    expected = [] if name == "quantum_gateway" else [("validity_too_long", "warning")]
    assert found(name, chain, now + timedelta(seconds=2)) == expected


@pytest.mark.parametrize("key", ["ec", "ed25519"])
@pytest.mark.parametrize("name", CHAINS)
def test_only_rsa_between_nodes(authority: Authority, name: str, key: str, now: datetime) -> None:
    expected = [("internode_key_type", "error")] if name in INTERNODE else []
    assert found(name, authority.issue(FQDN, key=key, root=True).chain, now) == expected


@pytest.mark.parametrize("name", INTERNODE)
def test_internode_certificates_come_with_their_chain(authority: Authority, name: str, now: datetime) -> None:
    assert found(name, authority.issue(FQDN, root=False).chain, now) == [
        ("internode_chain_missing", "error"),
        ("chain_without_root", "warning"),
    ]


@pytest.mark.parametrize(
    ("intermediates", "root", "expected"),
    [
        (0, True, []),
        (1, False, [("chain_without_root", "warning"), ("internode_chain_depth", "warning")]),
        (1, True, [("internode_chain_depth", "error")]),
        (2, False, [("internode_chain_depth", "error"), ("chain_without_root", "warning")]),
    ],
)
def test_long_internode_chains(
    authority: Authority, intermediates: int, root: bool, expected: Expected, now: datetime
) -> None:
    chain = authority.issue(FQDN, intermediates=intermediates, root=root).chain
    for name in INTERNODE:
        for affected in ("8.0.20-67", "8.2.0-25"):
            assert found(name, chain, now, version=affected) == expected
        for version in ("8.0.20-68", "8.2.0-26", None):
            assert "internode_chain_depth" not in dict(found(name, chain, now, version=version))
    assert "internode_chain_depth" not in dict(found("proxy", chain, now, version="8.0.20-67"))


def test_the_release_that_ends_the_limit_is_named(authority: Authority, now: datetime) -> None:
    chain = authority.issue(FQDN, intermediates=1, root=True).chain
    for version, fixed in (("7.22.2-20", "8.0.20-68"), ("8.2.0-25", "8.2.0-26")):
        (finding,) = check(INTERNODE[0], chain, now, version=version)
        assert finding.remedy.endswith(f"or upgrade to {fixed} or newer")


RSA_ONLY = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:!aNULL"
EC_ONLY = "ECDHE-ECDSA-AES256-GCM-SHA384"
BOTH = f"{RSA_ONLY}:{EC_ONLY}"


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(
    ("key", "suites", "fits"),
    [
        ("rsa", RSA_ONLY, True),
        ("rsa", EC_ONLY, False),
        ("rsa", BOTH, True),
        ("rsa", "AES256-GCM-SHA384", True),
        ("ec", RSA_ONLY, False),
        ("ec", EC_ONLY, True),
        ("ec", BOTH, True),
        ("ec", "HIGH:!aNULL:!aECDSA", False),
        ("ed25519", RSA_ONLY, False),
        ("ed25519", EC_ONLY, True),
        ("ec", f"{RSA_ONLY}:OF-THE-FUTURE", True),
        ("ec", "nonsense", True),
        ("ec", "", True),
        ("ec", ["AES256-GCM-SHA384"], True),
    ],
)
def test_the_key_has_to_fit_the_cipher_suites(
    authority: Authority, name: str, key: str, suites: Any, fits: bool, now: datetime
) -> None:
    chain = authority.issue(FQDN, key=key, root=True).chain
    ours, others = ("data_cipher_list", "control_cipher_suites")[:: 1 if name == "proxy" else -1]
    expected = [] if fits else [("key_type_not_supported", "error")]
    assert found(name, chain, now, settings={ours: suites}) == expected
    assert found(name, chain, now, settings={others: suites}) == []
    assert found("syncer", chain, now, settings={ours: suites}) == []
    for version in ("8.0.20-96", None):
        assert found(name, chain, now, version=version, settings={ours: suites}) == []


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=["P-256", "P-384", "P-521"])
def test_another_curve_than_p_256_may_cost_the_api(curve: ec.EllipticCurve, now: datetime) -> None:
    chain = [self_signed(COMPLETE, ec.generate_private_key(curve))]
    warned = [] if curve.name == "secp256r1" else [("key_type_not_supported", "warning")]
    for name in SERVERS:
        assert found(name, chain, now) == (warned if name in ("api", "cm") else []), name


def test_suites_of_tls_1_3_might_do_for_the_proxy(authority: Authority, now: datetime) -> None:
    chain = authority.issue(FQDN, key="ec", root=True).chain
    settings = {"data_cipher_suites_tls_1_3": "TLS_AES_256_GCM_SHA384", "control_cipher_suites": RSA_ONLY}
    assert found("proxy", chain, now, settings={**settings, "data_cipher_list": RSA_ONLY}) == [
        ("key_type_not_supported", "warning")
    ]
    assert found("cm", chain, now, settings=settings) == [("key_type_not_supported", "error")]
    (finding,) = check("cm", chain, now, settings=settings)
    assert "has an EC key, and no cipher suite in control_cipher_suites" in finding.found
    assert finding.remedy == "Use an RSA key, or add cipher suites to control_cipher_suites"


def test_uncommon_extensions_where_they_are_refused(now: datetime) -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.1"), b"\x05\x00")
    (finding,) = [
        one for one in check("syncer", [built(now, odd)], now, version="7.4.2-215") if one.id == "unknown_extension"
    ]
    assert (finding.severity, finding.source) == ("warning", "RS125930")
    assert "(1.3.6.1.4.1.1)" in finding.found
    for version in ("7.4.2-216", None):
        assert "unknown_extension" not in dict(found("syncer", [built(now, odd)], now, version=version))
    assert "unknown_extension" not in dict(found("syncer", [built(now)], now, version="7.4.2-54"))


def test_wildcards_that_the_script_of_the_vendor_leaves_out(authority: Authority, now: datetime) -> None:
    own = self_signed(Form(FQDN, sans=[FQDN]), leaf_key("rsa").private)
    issued = authority.issue(FQDN, sans=[FQDN], root=True).chain

    def said(chain: Sequence[x509.Certificate], version: str) -> list[bool]:
        return ["RS170611" in one.remedy for one in check("proxy", chain, now, version=version) if "name_" in one.id]

    assert said([own], "8.0.2-16") == [True, True]
    assert not any(said([own], "8.0.2-17") + said(issued, "8.0.2-16"))


@pytest.mark.parametrize(
    ("form", "key", "expected"),
    [
        (Form("CA", ca=True, days=-1), "ec", [("expired", "error")]),
        (Form("CA", ca=True, not_before=10), "ec", [("not_yet_valid", "error")]),
        (Form("CA", ca=True), "rsa1024", [("key_too_small", "error")]),
    ],
)
@pytest.mark.parametrize("name", sorted(names.CA_BUNDLES))
def test_each_member_of_a_bundle_is_judged_by_itself(
    authority: Authority, name: str, form: Form, key: str, expected: Expected, now: datetime
) -> None:
    bundle = [authority.certificate, self_signed(form, leaf_key(key).private), EC_CA]
    assert found(name, bundle, now) == expected


NOT_A_CA = ("not_a_ca", "warning")


def test_client_certificates_are_trusted_by_their_ca(authority: Authority, now: datetime) -> None:
    bundle = [authority.certificate, authority.issue().leaf]
    assert found("mtls_trusted_ca", bundle, now) == [NOT_A_CA]
    assert found("sso_issuer", bundle, now) == []


def test_errors_come_first_in_a_fixed_order(authority: Authority, now: datetime) -> None:
    form: dict[str, Any] = {"key": "rsa1024", "days": 900, "sans": [], "eku": [], "key_usage": False}
    chain = authority.issue("another.example.com", root=False, **form).chain
    expected = [
        ("key_too_small", "error"),
        ("eku_missing", "error"),
        ("name_missing", "error"),
        ("chain_without_root", "warning"),
        ("key_usage_missing", "warning"),
        ("internal_name_missing", "warning"),
        ("common_name_differs", "warning"),
        ("validity_too_long", "warning"),
    ]
    assert found("proxy", chain, now) == expected
    assert check("proxy", chain, now) == check("proxy", list(chain), now)


MALFORMED = ("malformed_extension", "warning")


@pytest.mark.parametrize("name", EVERY_NAME)
def test_malformed_extensions_are_found_and_not_judged_further(name: str, now: datetime) -> None:
    odd = built(now, x509.UnrecognizedExtension(ExtensionOID.EXTENDED_KEY_USAGE, b"?"))
    expected = [("internode_key_type", "error"), MALFORMED] if name in INTERNODE else [MALFORMED]
    assert found(name, [odd], now) == expected


def test_malformed_extensions_of_issuers(authority: Authority, now: datetime) -> None:
    leaf, root = authority.issue(FQDN, root=True).chain
    odd = edited(root, bytes.fromhex("0603551d130101ff040530030101ff"), bytes.fromhex("0603551d130101ff040530030101fe"))
    assert MALFORMED in found("proxy", [leaf, odd], now)
    assert "issuer_not_ca" not in dict(found("proxy", [leaf, odd], now))


UNREADABLE = ("unreadable_field", "warning")
UNREADABLE_FIELDS = {
    "signature algorithm": (SHA256_WITH_RSA, family(SHA256_WITH_RSA, UNHEARD_OF)),
    "type of key": (RSA_ENCRYPTION, family(RSA_ENCRYPTION, UNHEARD_OF)),
    "malformed key": (bytes.fromhex("003082010a02820101"), bytes.fromhex("003182010a02820101")),
}


@pytest.mark.parametrize("field", UNREADABLE_FIELDS)
@pytest.mark.parametrize("name", EVERY_NAME)
def test_what_cryptography_cannot_read_is_left_to_the_server(
    authority: Authority, name: str, field: str, now: datetime
) -> None:
    old, new = UNREADABLE_FIELDS[field]
    odd_root = edited(authority.certificate, old, new)
    odd_leaf = edited(self_signed(COMPLETE, leaf_key("rsa").private), old, new)
    first = authority.certificate if name in names.CA_BUNDLES else authority.issue(FQDN).leaf
    assert found(name, [first, odd_root], now) == [UNREADABLE]
    assert found(name, [odd_leaf], now) == [UNREADABLE, *([NOT_A_CA] if name == "mtls_trusted_ca" else [])]


def test_names_that_cannot_be_read(authority: Authority, now: datetime) -> None:
    leaf, root = authority.issue(FQDN, root=True).chain
    odd = edited(leaf, FQDN.encode(), b"\xff" * len(FQDN), count=1)
    changed, unreadable = check("proxy", [odd, root], now, version="7.4.2-54")
    assert changed.id == "chain_signature"
    assert unreadable.found == "the subject of certificate 1 cannot be read, and is not judged"


def test_names_that_cannot_be_read_are_the_same_where_their_bytes_are(authority: Authority, now: datetime) -> None:
    odd = edited(authority.certificate, b"Unit test CA", b"\xff" * 12)  # as subject and as issuer
    other = edited(authority.certificate, b"Unit test CA", b"\xff" * 12, count=1)
    assert found("quantum_gateway", [odd], now) == [("chain_signature", "error"), UNREADABLE, UNREADABLE]
    assert found("quantum_gateway", [other], now) == [UNREADABLE, ("chain_without_root", "warning")]


def assert_presentable(findings: list[Finding]) -> None:
    json.dumps([finding.as_dict() for finding in findings])
    assert [finding.severity for finding in findings] == sorted(finding.severity for finding in findings)
    for finding in findings:
        assert finding.text.isprintable()
        assert not finding.remedy.endswith(".")


def test_text_from_certificates_stays_on_one_line(now: datetime) -> None:
    forged = "x\r\nok: all is well\x1b[2K\u2028\u202e"
    for name in EVERY_NAME:
        assert_presentable(check(name, [built(now, common_name=forged)], now, fqdn=forged))
    findings = check("proxy", [built(now, common_name=forged)], now)
    assert "certificate 1 (CN=x\\r\\nok: all is well\\x1b[2K\\u2028\\u202e)" in findings[0].found


KNOWN_EXTENSIONS = {
    "2.5.29.14": x509.SubjectKeyIdentifier(b"1"),
    "2.5.29.15": x509.KeyUsage(True, False, True, False, False, False, False, False, False),
    "2.5.29.17": x509.SubjectAlternativeName([x509.DNSName(FQDN), x509.DirectoryName(EC_CA.subject)]),
    "2.5.29.19": x509.BasicConstraints(ca=True, path_length=0),
    "2.5.29.37": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
}
oids = st.sampled_from(sorted(KNOWN_EXTENSIONS)) | st.integers(1, 99).map("1.3.6.1.4.1.{}".format)
contents = st.binary(max_size=40) | st.sampled_from([value.public_bytes() for value in KNOWN_EXTENSIONS.values()])
Extensions = dict[str, bytes]


@given(
    certificates=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), st.dictionaries(oids, contents)
        ),
        min_size=1,
        max_size=3,
    ),
    name=st.sampled_from(EVERY_NAME),
    fqdn=st.none() | st.text(),
    version=st.none() | st.sampled_from(["7.4.2-54", NEW]) | st.text(),
)
def test_no_extension_is_too_odd(
    certificates: list[tuple[str, Extensions]], name: str, fqdn: str | None, version: str | None
) -> None:
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    chain = [
        built(
            now,
            *(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value) for oid, value in extensions.items()),
            common_name=common_name,
        )
        for common_name, extensions in certificates
    ]
    assert_presentable(check(name, chain, now, fqdn=fqdn, version=version))


@given(position=st.integers(0), byte=st.integers(0, 255), name=st.sampled_from(EVERY_NAME))
def test_no_damage_is_too_odd(good: Material, position: int, byte: int, name: str) -> None:
    leaf, *issuers = good.chain
    der = bytearray(leaf.public_bytes(Encoding.DER))
    der[position % len(der)] = byte
    try:
        damaged = x509.load_der_x509_certificate(bytes(der))
    except Exception:  # not even loaded
        return
    assert_presentable(check(name, [damaged, *issuers], datetime.fromisoformat("2026-01-01T00:00:00+00:00")))
