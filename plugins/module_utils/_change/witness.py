# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What OpenSSL says of a pair that is about to be sent: a handshake in memory, in each role that the name plays."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterator
from typing import NamedTuple

from .._product.names import INTERNODE
from .._x509 import verify_codes
from .._x509.certificate import to_pem
from .._x509.finding import ERROR, Finding
from .._x509.requirements import ROLES
from .._x509.trial import CannotTry, openssl_reason, refusals
from .plan import Change


class _Verdict(NamedTuple):
    """What a refusal means for a pair."""

    remedy: str
    named_by: Collection[str] = ()  # findings that say the same, more precisely


_PURPOSE = _Verdict(
    "Issue it from a CA whose extended key usage, if it has one, contains {purpose}, as its own must", {"eku_missing"}
)
_NAMES = _Verdict("Issue it from a CA that may issue certificates for these names")
_ISSUER = _Verdict(
    "Get the certificates of the CA again: the issuer must be the very one that its authority key identifier names",
    {"chain_order", "chain_signature"},
)
_SIGNATURE = _Verdict("Get the certificate and its chain from the CA again", {"chain_signature", "chain_order"})
_NOT_YET = _Verdict("Wait until it is valid", {"not_yet_valid", "chain_not_yet_valid"})
_EXPIRED = _Verdict("Put a current one in its place", {"expired", "chain_expired"})
_CA = _Verdict("Issue it from a CA that may issue it: basicConstraints, key usage and pathlen", {"issuer_not_ca"})
_HOST = _Verdict("Issue it again with {host} among its subject alternative names", {"name_missing"})
_WEAK = _Verdict("Use longer keys and SHA-256", {"key_too_small", "weak_signature"})
_VERDICTS = {
    code: verdict
    for codes, verdict in (
        ((*verify_codes.NO_ANCHOR, *verify_codes.OTHER_ISSUER), _ISSUER),
        (verify_codes.SIGNATURE, _SIGNATURE),
        (verify_codes.NOT_YET_VALID, _NOT_YET),
        (verify_codes.EXPIRED, _EXPIRED),
        (verify_codes.NOT_A_CA, _CA),
        (verify_codes.PURPOSE, _PURPOSE),
        (verify_codes.NAME_CONSTRAINTS, _NAMES),
        (verify_codes.HOST, _HOST),
        (verify_codes.WEAK, _WEAK),
    )
    for code in codes
}
_OTHER = _Verdict("Check it with openssl verify, and issue it again")

#: Where the handshake itself fails.
_HANDSHAKE = _Verdict("Use an RSA key or an EC key on P-256, in the form that the CA certified")
#: More than peers read of a chain (SSL_CTX_set_max_cert_list).
_TOO_LARGE = _Verdict("Give a shorter chain: OpenSSL takes 100 KiB of DER")


def find_refusals(change: Change, fqdn: str | None, known: Collection[str]) -> Iterator[Finding]:
    """Try what is about to be sent, with the last certificate of the chain for the anchor.

    Args:
        fqdn: of the cluster; None: unknown, no name is compared.
        known: ids of the errors that were found otherwise; what they say is not said twice.
    """
    update = change.update
    if change.material is None or update is None or update.private_key is None:
        return
    anchor = to_pem(change.material.certificates[-1:])
    host = None if change.name in INTERNODE else fqdn
    try:
        found = refusals(
            update.certificate, update.private_key, anchor_pem=anchor, host=host, purposes=ROLES.get(change.name, ())
        )
    except CannotTry:
        return
    said: set[str] = set()
    for purpose, error in found.items():
        code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
        failed = _TOO_LARGE if error.reason == "EXCESSIVE_MESSAGE_SIZE" else _HANDSHAKE
        verdict = failed if code is None else _VERDICTS.get(code, _OTHER)
        reason = openssl_reason(error) if code else openssl_reason(error).replace("_", " ").lower()
        if reason not in said and not set(known).intersection(verdict.named_by):
            said.add(reason)
            role = "server" if purpose == "serverAuth" else "client"
            yield Finding(
                "trial_failed",
                ERROR,
                change.name,
                f"a peer refuses it as that of a {role} ({reason})",
                verdict.remedy.format(purpose=purpose, host=host),
                "OpenSSL, in a handshake with the pair",
            )
