# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What OpenSSL's reasons mean, and what to do about each."""

from __future__ import annotations

from typing import NamedTuple

from .._x509 import verify_codes


class Reason(NamedTuple):
    """Why a certificate was not verified: kind, cause, and next step. C({trusted}) is what was trusted."""

    kind: str
    cause: str
    next_step: str


_NO_ANCHOR = Reason(
    "tls_untrusted",
    "the API's certificate is not trusted: {trusted} does not verify it",
    "Set ca_path to the CA that issued it, or, when it is self-signed, to the certificate itself",
)
_NOT_YET = Reason(
    "tls_not_yet_valid",
    "a certificate that the API presents, or its CA, is not valid yet",
    "Check the clock of the host where the task runs, then that of the CA",
)
_EXPIRED = Reason(
    "tls_expired",
    "the certificate that the API presents, or a CA above it, has expired",
    "To replace the API's through the API, set validate_certs to false for that one run; "
    "a CA in ca_path has to be replaced there",
)
_WEAK = Reason(
    "tls_weak",
    "a key or a signature in the API's chain is too weak for the crypto policy of the host where the task runs",
    "Issue a certificate with a longer key, signed with SHA-256 by a CA that has both, or lower that policy (RHEL: "
    "update-crypto-policies; else CipherString in openssl.cnf)",
)
_PURPOSE = Reason(
    "tls_invalid",
    "the API's certificate, or a CA of its chain, is not made for servers",
    "Issue one whose extended key usage, and that of its CAs if they have one, contains serverAuth",
)
_NOT_A_CA = Reason(
    "tls_invalid",
    "an issuer in the API's chain is not a CA that may have issued it",
    "Check basicConstraints and key usage of each issuer, and how many CAs may follow it (pathlen)",
)
_NAMES = Reason(
    "tls_invalid",
    "a CA of the API's chain may not issue certificates for these names (name constraints)",
    "Issue the certificate from a CA that may, or for names within its constraints",
)
_SIGNATURE = Reason(
    "tls_invalid",
    "a signature in the API's chain does not match the key of its issuer",
    "Check that ca_path holds the CA that issued it, and not another one of the same name",
)
_REVOKED = Reason("tls_invalid", "a certificate that the API presents is revoked", "Issue a new certificate")
_CRL = Reason(
    "tls_invalid",
    "whether a certificate that the API presents is revoked cannot be checked",
    "Provide the current CRL of its CA, which the system of the host where the task runs demands",
)
_RULES = Reason(
    "tls_invalid",
    "a certificate in the API's chain breaks a rule of RFC 5280",
    "Issue it again by the rules; openssl verify -x509_strict shows which one",
)

_VERIFY: dict[int, Reason] = {
    code: reason
    for codes, reason in (
        (verify_codes.NO_ANCHOR, _NO_ANCHOR),
        (verify_codes.NOT_YET_VALID, _NOT_YET),
        (verify_codes.EXPIRED, _EXPIRED),
        (verify_codes.WEAK, _WEAK),
        (verify_codes.PURPOSE, _PURPOSE),
        (verify_codes.NOT_A_CA, _NOT_A_CA),
        (verify_codes.NAME_CONSTRAINTS, _NAMES),
        ((*verify_codes.SIGNATURE, *verify_codes.OTHER_ISSUER), _SIGNATURE),
        (verify_codes.REVOKED, _REVOKED),
        (verify_codes.CRL, _CRL),
        (verify_codes.RULES, _RULES),
    )
    for code in codes
}
_UNKNOWN = Reason(
    "tls_untrusted",
    "the API's certificate is not trusted: verification with {trusted} failed",
    "Check its chain with openssl verify",
)


def verify_reason(code: int, message: str, trusted: str) -> Reason:
    """Return what a failed verification means.

    Args:
        code: X509_V_ERR_*.
        message: OpenSSL's own words.
        trusted: what the chain had to lead to, for the message.
    """
    found = _VERIFY.get(code, _UNKNOWN)
    return found._replace(cause=f"{found.cause.format(trusted=trusted)} ({message})")


_LOGIN_REFUSED = (
    "The server refuses the client certificate: check client_cert and client_key, and that mtls_trusted_ca of the "
    "cluster holds the CA that issued it"
)
_LOGIN_WANTED = "The server demands a client certificate: set client_cert and client_key"
_NOT_TLS = "The port speaks no TLS: check that the port in url is the API's, and that a proxy in between passes TLS on"
_PROTOCOL = (
    "No TLS version that both allow: compare min_control_TLS_version of the cluster with the crypto policy of the host "
    "where the task runs"
)
_CIPHERS = (
    "No cipher suite, curve or signature that both allow: compare control_cipher_suites of the cluster and the key "
    "type of api with the crypto policy of the host where the task runs"
)
_CLIENT_WEAK = "The client certificate is too weak for the crypto policy of the host where the task runs: replace it"

#: The reasons of ssl.SSLError, by a part of their names, which differ a little between releases. The first one counts.
_HANDSHAKE: tuple[tuple[str, str], ...] = (
    ("CERTIFICATE_REQUIRED", _LOGIN_WANTED),
    ("ALERT_NO_CERTIFICATE", _LOGIN_WANTED),
    ("ALERT_BAD_CERTIFICATE", _LOGIN_REFUSED),
    ("ALERT_UNSUPPORTED_CERTIFICATE", _LOGIN_REFUSED),
    ("ALERT_CERTIFICATE_", _LOGIN_REFUSED),  # revoked, expired, unknown
    ("ALERT_UNKNOWN_CA", _LOGIN_REFUSED),
    ("ALERT_ACCESS_DENIED", _LOGIN_REFUSED),
    ("ALERT_DECRYPT_ERROR", _LOGIN_REFUSED),
    ("WRONG_VERSION_NUMBER", _NOT_TLS),
    ("HTTP_REQUEST", _NOT_TLS),
    ("HTTPS_PROXY_REQUEST", _NOT_TLS),
    ("PACKET_LENGTH_TOO_LONG", _NOT_TLS),
    ("UNKNOWN_PROTOCOL", _NOT_TLS),
    ("RECORD_LAYER_FAILURE", _NOT_TLS),
    ("ALERT_PROTOCOL_VERSION", _PROTOCOL),
    ("UNSUPPORTED_PROTOCOL", _PROTOCOL),
    ("NO_PROTOCOLS_AVAILABLE", _PROTOCOL),
    ("VERSION_TOO_LOW", _PROTOCOL),
    ("ALERT_INSUFFICIENT_SECURITY", _CIPHERS),
    ("NO_CIPHERS_AVAILABLE", _CIPHERS),
    ("NO_SHARED_CIPHER", _CIPHERS),
    ("NO_SUITABLE", _CIPHERS),
    ("WRONG_SIGNATURE_TYPE", _CIPHERS),
    ("WRONG_CURVE", _CIPHERS),
    ("DH_KEY_TOO_SMALL", _CIPHERS),
    ("EE_KEY_TOO_SMALL", _CLIENT_WEAK),
    ("CA_MD_TOO_WEAK", _CLIENT_WEAK),
    ("CA_KEY_TOO_SMALL", _CLIENT_WEAK),
    ("UNRECOGNIZED_NAME", "The server knows no such name: check the host in url"),
)


def handshake_remedy(reason: str, *, logs_in: bool) -> str:
    """Return what to do about a failed handshake.

    Args:
        reason: as C(ssl.SSLError.reason) has it.
        logs_in: whether a client certificate is in use.
    """
    if "ALERT_HANDSHAKE_FAILURE" in reason:  # in TLS 1.2 also where a client certificate is missing
        return f"{_LOGIN_REFUSED}. Or: {_CIPHERS}" if logs_in else f"{_CIPHERS}. Or: {_LOGIN_WANTED}"
    known = (remedy for part, remedy in _HANDSHAKE if part in reason)
    return next(known, "Check that the port in url is the API's, and client_cert if you use it")
