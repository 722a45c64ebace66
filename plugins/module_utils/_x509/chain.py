# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One certificate of a chain, with all that requirements look at. What cannot be read is None, and no crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from .._untrusted import LONGEST, printable
from .certificate import by_library, is_named, issued_by, name_text, not_after, not_before
from .opaque import Certificate, OpaqueCertificate

try:
    from cryptography import x509
    from cryptography.x509.oid import NameOID
except ImportError:  # reported by _libraries
    pass

_T = TypeVar("_T")


def _read(field: Callable[[], _T]) -> _T | None:
    try:
        return field()
    except Exception:  # odd names, keys and extensions make cryptography raise many things
        return None


@dataclass(frozen=True)
class ChainCertificate:
    """One certificate of a chain, with all that the rules look at. None is what cannot be read."""

    certificate: Certificate
    number: int  # the leaf is 1
    title: str
    subject: str | None  # M(name_text)
    issuer: str | None
    common_names: list[str] | None
    validity: tuple[datetime, datetime] | None
    key: Any
    digest: str | None  # of the signature; empty where its algorithm has none, as Ed25519
    extensions: x509.Extensions | None

    @classmethod
    def of(cls, number: int, certificate: Certificate) -> ChainCertificate:
        """Read everything once."""
        subject = _read(lambda: name_text(certificate.subject))
        return cls(
            certificate=certificate,
            number=number,
            title=f"certificate {number} ({subject})" if subject else f"certificate {number}",
            subject=subject,
            issuer=_read(lambda: name_text(certificate.issuer)),
            common_names=_read(
                lambda: [
                    printable(str(part.value), LONGEST)
                    for part in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
                ]
            ),
            validity=_read(lambda: (not_before(certificate), not_after(certificate))),
            key=_read(certificate.public_key),
            digest=_read(lambda: getattr(certificate.signature_hash_algorithm, "name", "")),
            extensions=_read(lambda: certificate.extensions),
        )

    @property
    def self_issued(self) -> bool:
        """Return whether it says that it is self-signed; V(chain_signature) is about whether that is true."""
        return self.names(self)

    @property
    def is_ca(self) -> bool | None:
        """Return whether OpenSSL takes it for a CA: by its basic constraints, and an old root also without them.

        Such a root is one of version 1, or has the key usage keyCertSign.
        """
        if self.extensions is None:
            if not isinstance(self.certificate, OpaqueCertificate):
                return None
            constrained = self.certificate.has_basic_constraints
            return self.certificate.is_ca_to_openssl and (constrained or self.self_issued)
        constraints, usage = self.extension(x509.BasicConstraints), self.extension(x509.KeyUsage)
        if constraints is not None:
            return constraints.ca
        old = self.certificate.version == x509.Version.v1 if usage is None else usage.key_cert_sign
        return old and self.self_issued

    @property
    def issuer_title(self) -> str:
        """Return its issuer for messages."""
        return f"its issuer ({self.issuer})" if self.issuer else "its issuer"

    @property
    def refused_for(self) -> str | None:
        """Return why cryptography refuses it as a whole; None: it does not."""
        return self.certificate.reason if isinstance(self.certificate, OpaqueCertificate) else None

    @property
    def extensions_problem(self) -> str:
        """Return, for a message, why the extensions cannot be read."""
        try:
            list(self.certificate.extensions)
        except Exception as error:  # as above
            return by_library(error)
        return ""

    def names(self, issuer: ChainCertificate) -> bool:
        """Return whether C(issuer) has the name that it gives for its issuer."""
        return is_named(self.certificate, issuer.certificate)

    def extension(self, kind: type[_T]) -> _T | None:
        """Return the value of an extension, or None where there is none."""
        return next((one.value for one in self.extensions or () if isinstance(one.value, kind)), None)

    def badly_signed_by(self, issuer: ChainCertificate) -> bool:
        """Return whether the key of C(issuer), whose name fits, is known not to have made the signature.

        Not known where cryptography does not verify the algorithm (SHA-1, MD5, RSASSA-PSS in version 40).
        """
        return _read(lambda: issued_by(self.certificate, issuer.certificate)) is False
