# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSL's reasons, from real handshakes in memory, lead to the right kind and next step."""

from __future__ import annotations

import re
import ssl
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_reasons import (
    handshake_remedy,
    verify_reason,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.trial import refused_as_server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "cluster.example.com"
NOW = datetime.now(timezone.utc)


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def built(subject: str, issuer: str, key: Any, signer: Any, *extensions: x509.ExtensionType, **more: Any) -> Any:
    start, end = more.get("valid", (NOW - timedelta(days=1), NOW + timedelta(days=30)))
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=not isinstance(extension, x509.ExtendedKeyUsage))
    return builder.sign(signer, hashes.SHA256())


CA_KEY, OTHER_KEY, KEY = (ec.generate_private_key(ec.SECP256R1()) for dummy in range(3))
IS_CA = x509.BasicConstraints(ca=True, path_length=None)
NAMES = x509.SubjectAlternativeName([x509.DNSName(HOST)])
ROOT = built("root", "root", CA_KEY, CA_KEY, IS_CA)


def leaf(
    *extensions: x509.ExtensionType, issuer: str = "root", signer: Any = CA_KEY, key: Any = KEY, **more: Any
) -> Any:
    return built("leaf", issuer, key, signer, *(extensions or (NAMES,)), **more)


def below(*extensions: x509.ExtensionType) -> list[Any]:
    """A leaf below an intermediate with these extensions."""
    return [leaf(issuer="issuing", signer=OTHER_KEY), built("issuing", "root", OTHER_KEY, CA_KEY, *extensions)]


def permitted(name: str) -> x509.NameConstraints:
    return x509.NameConstraints([x509.DNSName(name)], None)


WEAK_KEY = rsa.generate_private_key(65537, 1024)
PAST = (NOW - timedelta(days=9), NOW - timedelta(days=8))
FUTURE = (NOW + timedelta(days=8), NOW + timedelta(days=9))
CLIENT_ALONE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])

#: By what is wrong: chain, key, trusted root, and the kind and a part of the message.
WRONG: dict[str, tuple[list[Any], Any, Any, str, str]] = {
    "not yet valid": ([leaf(valid=FUTURE)], KEY, ROOT, "tls_not_yet_valid", "Check the clock"),
    "expired": ([leaf(valid=PAST)], KEY, ROOT, "tls_expired", "set validate_certs to false for that one run"),
    "expired root": (
        [leaf()],
        KEY,
        built("root", "root", CA_KEY, CA_KEY, IS_CA, valid=PAST),
        "tls_expired",
        "has expired",
    ),
    "weak key": ([leaf(key=WEAK_KEY)], WEAK_KEY, ROOT, "tls_weak", "crypto policy of the host where the task runs"),
    "purpose": ([leaf(NAMES, CLIENT_ALONE)], KEY, ROOT, "tls_invalid", "contains serverAuth"),
    "purpose of its CA": (below(IS_CA, CLIENT_ALONE), KEY, ROOT, "tls_invalid", "and that of its CAs"),
    "other CA": ([leaf(issuer="other", signer=OTHER_KEY)], KEY, ROOT, "tls_untrusted", "Set ca_path to the CA"),
    "self-signed": ([leaf(issuer="leaf", signer=KEY)], KEY, ROOT, "tls_untrusted", "when it is self-signed"),
    "missing intermediate": (below(IS_CA)[:1], KEY, ROOT, "tls_untrusted", "Set ca_path to the CA"),
    "issuer that is no CA": (
        below(x509.BasicConstraints(ca=False, path_length=None)),
        KEY,
        ROOT,
        "tls_invalid",
        "Check basicConstraints",
    ),
    "path too long": (
        below(IS_CA),
        KEY,
        built("root", "root", CA_KEY, CA_KEY, x509.BasicConstraints(ca=True, path_length=0)),
        "tls_invalid",
        "pathlen",
    ),
    "name constraints": (below(IS_CA, permitted("example.net")), KEY, ROOT, "tls_invalid", "name constraints"),
    "another CA of the same name": ([leaf(signer=OTHER_KEY)], KEY, ROOT, "tls_invalid", "another one of the same name"),
}


def pem(certificate: Any) -> str:
    return str(certificate.public_bytes(serialization.Encoding.PEM).decode())


def shake(chain: list[Any], key: Any, root: Any) -> ssl.SSLCertVerificationError:
    """Return why a client refuses the chain."""
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.set_ciphers("DEFAULT@SECLEVEL=2")
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    client.load_verify_locations(cadata=pem(root))
    error = refused_as_server("".join(map(pem, chain)), Secret(secret.decode()), client, HOST)
    assert isinstance(error, ssl.SSLCertVerificationError)
    return error


@pytest.mark.parametrize("what", WRONG)
def test_each_reason_leads_to_its_own_step(what: str) -> None:
    chain, key, root, kind, text = WRONG[what]
    error = shake(chain, key, root)
    reason = verify_reason(error.verify_code, error.verify_message, "ca_path ca.pem")
    assert reason.kind == kind, error
    assert text in f"{reason.cause}. {reason.next_step}", error
    assert error.verify_message in reason.cause
    assert ("ca_path ca.pem" in reason.cause) is (kind == "tls_untrusted")


def test_an_unknown_reason_is_openssl_s_own() -> None:
    reason = verify_reason(50, "application verification failure", "ca_path ca.pem")
    assert reason.cause.endswith("failed (application verification failure)")
    assert "Set ca_path" not in reason.next_step


@pytest.mark.parametrize("code", range(2, 100))
def test_each_number_has_whole_sentences(code: int) -> None:
    reason = verify_reason(code, "words", "ca_path ca.pem")
    assert reason.kind in {"tls_untrusted", "tls_not_yet_valid", "tls_expired", "tls_weak", "tls_invalid"}
    assert not re.search(r"[{}]|\.$", reason.cause + reason.next_step)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "demands a client certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "refuses the client certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "refuses the client certificate"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "refuses the client certificate"),
        ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "refuses the client certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "mtls_trusted_ca"),
        ("SSL/TLS_ALERT_CERTIFICATE_UNKNOWN", "refuses the client certificate"),
        ("WRONG_VERSION_NUMBER", "speaks no TLS"),
        ("RECORD_LAYER_FAILURE", "speaks no TLS"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "No TLS version"),
        ("UNSUPPORTED_PROTOCOL", "No TLS version"),
        ("DH_KEY_TOO_SMALL", "No cipher suite"),
        ("EE_KEY_TOO_SMALL", "The client certificate is too weak"),
        ("TLSV1_UNRECOGNIZED_NAME", "host in url"),
        ("SOMETHING_NEW", "Check that the port in url is the API's"),
    ],
)
def test_each_alert_leads_to_its_own_step(reason: str, text: str) -> None:
    assert text in handshake_remedy(reason, logs_in=False)


def test_what_an_alert_leaves_open_is_left_open() -> None:
    """Up to TLS 1.2, a server that misses a client certificate may say so by the alert for cipher suites."""
    for logs_in, first, second in ((False, "No cipher", "demands a client"), (True, "refuses the client", "No cipher")):
        remedy = handshake_remedy("SSLV3_ALERT_HANDSHAKE_FAILURE", logs_in=logs_in)
        assert 0 <= remedy.index(first) < remedy.index(second)
