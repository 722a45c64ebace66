# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The material that the user wants a cluster to have: read, checked and ready to be sent."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from .._errors import CertificateError, MaterialProblem, invalid_option
from .._product.names import CA_BUNDLES
from .._secrets import Secret, quoted
from .._x509.certificate import (
    Bag,
    CertificateParseError,
    complete_chain,
    issued_by,
    not_after,
    not_before,
    parse_bag,
    related,
    subject_text,
    to_iso,
    to_pem,
)
from .._x509.chain import ChainCertificate
from .._x509.encodings import from_base64, name_form, to_lines, to_text
from .._x509.facts import CertificateFacts, shown_facts
from .._x509.opaque import Certificate
from .._x509.pkcs12 import load_pkcs12
from .._x509.private_key import holds_private_key, key_matches, key_to_pem, load_private_key
from .._x509.trial import refused_pair

#: Bytes of a certificate or key file that are read at the most.
FILE_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Desired:
    """A certificate, its chain, and where its private key comes from."""

    name: str
    certificates: tuple[Certificate, ...]  # leaf first; for CA bundles in any order
    certificate_option: str  # the option that they came from
    key_source: Secret | None = None  # PEM as the user gave it; None for CA bundles
    key_option: str | None = None  # the option that it came from
    passphrase: Secret | None = None
    key_checked: bool = False  # whether its numbers were checked when it was read

    @property
    def is_bundle(self) -> bool:
        """Return whether these are CA certificates, each on its own, rather than a chain."""
        return self.name in CA_BUNDLES

    def certificate_pem(self) -> str:
        """Return normalised PEM of all certificates."""
        return to_pem(self.certificates)

    def facts(self, now: datetime) -> CertificateFacts:
        """Return the facts of the chain, see M(_x509.facts.shown_facts): the cluster may read what this host cannot."""
        return shown_facts(self.certificates, now)

    def load_key(self, *, check: bool) -> Any:
        """Return the private key, or None for CA bundles. C(check): see M(load_private_key); made once only.

        Raises:
            CertificateError: the key is not usable.
        """
        if self.key_source is None:
            return None
        try:
            return load_private_key(self.key_source, self.passphrase, check=check and not self.key_checked)
        except MaterialProblem as problem:
            form = name_form(self.key_source.reveal(), "a private key")
            raise invalid_option(
                self.key_option or "private_key",
                f"the private key is not usable: {f'this is {form.what}' if form else problem}",
                form.next_step if form else problem.next_step,
                kind=problem.kind,
            ) from None


def _read_file(option: str, path: str) -> bytes:
    try:
        if os.path.getsize(path) > FILE_LIMIT:
            raise invalid_option(
                option, f"{quoted(path)} is larger than 1 MiB", "Check the path", kind="unreadable_file"
            )
        with open(path, "rb") as file:
            return file.read(FILE_LIMIT)
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        raise invalid_option(
            option,
            f"{quoted(path)} cannot be read ({os.strerror(getattr(error, 'errno', None) or errno.EINVAL)})",
            "Check the path and its permissions; it is read where the module runs",
            kind="unreadable_file",
        ) from None


def _text(params: Mapping[str, Any], option: str) -> tuple[str | None, str]:
    """Return the text that an option or its C(_path) sibling gives, and which of the two it was."""
    if params.get(option):
        return to_lines(params[option]), option
    path_option = f"{option}_path"
    if params.get(path_option):
        return to_lines(to_text(_read_file(path_option, params[path_option]))), path_option
    return None, option


def _check_validity(
    certificate: Certificate, which: str, option: str, now: datetime, remedy: str = "Issue a new one"
) -> None:
    start, end = not_before(certificate), not_after(certificate)
    if end < now:
        raise invalid_option(option, f"{which} expired on {to_iso(end)}", remedy, kind="certificate_expired")
    if start > now:
        raise invalid_option(
            option,
            f"{which} is not valid before {to_iso(start)}",
            "Wait until then, or check the clocks of this host and of the CA",
            kind="certificate_not_yet_valid",
        )


def choose_line(bag: Bag, option: str, fits: Callable[[Certificate], bool] | None = None) -> tuple[Certificate, ...]:
    """Return one line from the leaf to its root; duplicates, and issuers of other lines, are left out.

    Args:
        option: the one that holds them.
        fits: returns whether the private key is that of a certificate, where there is one.

    Raises:
        CertificateError: the certificates have an order, and it is wrong; or they have none, and several leaves.
    """
    given = tuple(dict.fromkeys(bag.certificates))
    if not bag.ordered:
        return complete_chain([_leaf(given, option, fits)], given)
    try:
        _check_order(given, option)
    except CertificateError:
        line = complete_chain(given[:1], given)
        places = [given.index(one) for one in line]
        if places != sorted(places) or len(related(given[0], given)) < len(given) - 1:
            raise
        return line
    return given


def _leaf(given: Sequence[Certificate], option: str, fits: Callable[[Certificate], bool] | None) -> Certificate:
    """Return the leaf of certificates without an order. With it may come CAs that issued none of them.

    Raises:
        CertificateError: several may be the leaf.
    """
    ends = [one for one in given if not any(issued_by(other, one) for other in given if other != one)] or given
    leaves = [one for one in ends if not ChainCertificate.of(1, one).is_ca] or ends
    fitting = [one for one in leaves if fits(one)] if fits and len(leaves) > 1 else leaves
    if len(fitting) == 1:
        return fitting[0]
    raise invalid_option(
        option,
        f"any of these may be the leaf: {'; '.join(map(subject_text, leaves))}",
        "Give one leaf with its issuers, and the private key that it was issued for",
        kind="chain_order" if fitting else "key_mismatch",
    )


def _check_order(chain: tuple[Certificate, ...], option: str) -> None:
    for number, (certificate, issuer) in enumerate(zip(chain, chain[1:]), 1):
        # A root ends its line: its twin, renewed or signed by another root, has the same name and key.
        if issued_by(certificate, certificate) or not issued_by(certificate, issuer):
            raise invalid_option(
                option,
                f"the order is wrong: certificate {number} ({subject_text(certificate)}) is not issued by "
                f"certificate {number + 1} ({subject_text(issuer)})",
                "Give the leaf first, then each issuer after what it issued",
                kind="chain_order",
            )


def _certificates(params: Mapping[str, Any], option: str, next_step: str) -> tuple[Bag, str]:
    """Return what an option or its C(_path) sibling gives in PEM, and which of the two it was."""
    text, option = _text(params, option)
    if text is None:
        raise invalid_option(option, "must be given", next_step, kind="missing_certificate")
    return _parsed(text, option, "Give certificates in PEM, the leaf first"), option


def _parsed(text: str, option: str, next_step: str) -> Bag:
    try:
        return parse_bag(text)
    except CertificateParseError as error:
        form = name_form(text, "a certificate")
        problem, step = (f"this is {form.what}", form.next_step) if form else (str(error), next_step)
        raise invalid_option(option, problem, step, kind="invalid_certificate") from None


def read_issuers(params: Mapping[str, Any]) -> tuple[tuple[Certificate, ...], str]:
    """Return what the option C(issuers) or C(issuers_path) holds, if one is given, and which of the two it was.

    Raises:
        CertificateError: it is unreadable or malformed, or holds a private key.
    """
    text, option = _text(params, "issuers")
    if text is None:
        return (), option
    if holds_private_key(text):
        raise invalid_option(
            option, "contains a private key", "Give certificates only, without any key", kind="unexpected_private_key"
        )
    return _parsed(text, option, "Give the certificates of CAs in PEM").certificates, option


def append_issuers(certificates: tuple[Certificate, ...], params: Mapping[str, Any]) -> tuple[Certificate, ...]:
    """Append to a chain its further issuers, up to the root, out of the option C(issuers) or C(issuers_path).

    If they lead to a valid root and the chain does not, they take the place of its end: M(complete_chain).

    Args:
        certificates: leaf first.
        params: with these options, where they are given. What they hold may be in any order, and more than is needed.

    Raises:
        CertificateError: as of M(read_issuers), or they do not continue a chain that does not end in its root.
    """
    issuers, option = read_issuers(params)
    complete, last = complete_chain(certificates, issuers), certificates[-1]
    if issuers and complete == certificates and not issued_by(last, last):
        raise invalid_option(
            option,
            f"none of its certificates issued certificate {len(certificates)} of the chain ({subject_text(last)})",
            "Give the issuer of that one, and its issuers up to the root",
            kind="issuer_missing",
        )
    return complete


def read_chain(params: Mapping[str, Any], option: str, now: datetime) -> tuple[Certificate, ...]:
    """Read and check a certificate, with its issuers, that is given without a private key.

    Args:
        option: the one that holds it, or else its C(_path) sibling does.
        now: in UTC.

    Raises:
        CertificateError: it is missing, unreadable, malformed, out of order, or out of date.
    """
    bag, option = _certificates(params, option, f"Give {option} or {option}_path")
    certificates = choose_line(bag, option)
    _check_validity(certificates[0], "the certificate", option, now)
    return certificates


def _bundle(name: str, certificates: tuple[Certificate, ...], option: str, now: datetime) -> Desired:
    for number, certificate in enumerate(certificates, 1):
        which = f"certificate {number} of the bundle ({subject_text(certificate)})"
        _check_validity(certificate, which, option, now, "Take it out of the bundle")
    return Desired(name, tuple(dict.fromkeys(certificates)), option)


@dataclass(frozen=True)
class _Given:
    """What the options hold, before anything is checked against anything else."""

    bag: Bag
    certificate_option: str
    key: Secret | None
    key_option: str
    passphrase: Secret | None = None
    key_checked: bool = False


def _from_pkcs12(params: Mapping[str, Any], passphrase: Secret | None) -> _Given:
    option = "pkcs12_path"
    data = _read_file(option, params[option])
    try:
        content = load_pkcs12(from_base64(data) or data, passphrase, params.get("pkcs12_friendly_name"))
    except MaterialProblem as problem:
        form = name_form(to_text(data), "a PKCS#12 file")
        if form is None:
            raise invalid_option(option, str(problem), problem.next_step, kind=problem.kind) from None
        raise invalid_option(option, f"this is {form.what}", form.next_step, kind=problem.kind) from None
    return _Given(Bag(content.certificates, ordered=True), option, content.private_key, option, key_checked=True)


def _from_pem(params: Mapping[str, Any], passphrase: Secret | None) -> _Given:
    bag, option = _certificates(params, "certificate", "Give certificate, certificate_path or pkcs12_path")
    key_text, key_option = _text(params, "private_key")
    return _Given(bag, option, None if key_text is None else Secret(key_text), key_option, passphrase)


def _check_key(material: Desired) -> None:
    """Check that the private key belongs to the leaf. Where cryptography cannot read the public key, OpenSSL decides.

    Raises:
        CertificateError: it does not, or is not usable, or that is unknown.
    """
    key, leaf = material.load_key(check=False), material.certificates[0]
    try:
        fits = key_matches(key, leaf)
    except ValueError:
        refused = refused_pair(to_pem([leaf]), key_to_pem(key, leaf))
        if refused is None:
            return
        raise invalid_option(
            material.certificate_option,
            f"the public key in the certificate cannot be read, and OpenSSL does not load the pair ({refused})",
            "Use RSA, EC or Ed25519, and the key that the certificate was issued for",
            kind="invalid_certificate",
        ) from None
    if not fits:
        raise invalid_option(
            material.key_option or "private_key",
            f"the private key does not belong to the certificate ({subject_text(leaf)})",
            "Give the key that the certificate was issued for, and the leaf as the first certificate",
            kind="key_mismatch",
        )


def _fits(pair: Desired, leaf: Certificate) -> bool:
    """Return whether the private key is that of a leaf.

    Raises:
        CertificateError: the key is not usable.
    """
    try:
        _check_key(replace(pair, certificates=(leaf,)))
    except CertificateError as error:
        if error.kind not in ("key_mismatch", "invalid_certificate"):
            raise
        return False
    return True


def read_desired(name: str, params: Mapping[str, Any], now: datetime) -> Desired:
    """Read and check what the user gives for one certificate. No request is needed for it.

    Args:
        name: as the REST API writes it.
        params: the options of M(_argspec.MATERIAL_SPEC), where given.
        now: in UTC.

    Raises:
        CertificateError: something is missing, unreadable, malformed, out of order, out of date, or does not match.
    """
    passphrase = Secret(params["private_key_passphrase"]) if params.get("private_key_passphrase") else None
    given = (_from_pkcs12 if params.get("pkcs12_path") else _from_pem)(params, passphrase)
    option = given.certificate_option
    if name in CA_BUNDLES:
        if given.key is not None:
            raise invalid_option(
                given.key_option,
                f"{name} holds CA certificates and takes no private key",
                "Leave private_key and private_key_path out, and give a PKCS#12 file without a key",
                kind="unexpected_private_key",
            )
        for unexpected in ("issuers", "issuers_path"):
            if params.get(unexpected):
                raise invalid_option(
                    unexpected,
                    f"{name} holds CA certificates, which have no order and no chain",
                    f"Add them to {option}",
                )
        return _bundle(name, given.bag.certificates, option, now)

    pair = Desired(name, (), option, given.key, given.key_option, given.passphrase, given.key_checked)
    certificates = choose_line(given.bag, option, partial(_fits, pair) if given.key else None)
    _check_validity(certificates[0], "the certificate", option, now)
    certificates = append_issuers(certificates, params)
    if given.key is None:
        raise invalid_option(
            given.key_option,
            "the private key is missing",
            "Give private_key or private_key_path with the certificate, or a PKCS#12 file that holds both",
            kind="missing_private_key",
        )
    material = replace(pair, certificates=certificates)
    _check_key(material)
    return material
