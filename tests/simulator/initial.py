# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates that a cluster makes for itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from cryptography import x509

from .authority import Authority, Form, cluster_names, pem_of, self_signed
from .keys import Key, named_key
from .releases import NAMES
from .state import Pair

_SELF_SIGNED_DAYS = 365.0
_INTERNAL_DAYS = 90.0
_PURPOSES = ("serverAuth", "clientAuth")
_AUTHORITY = "private authority"


class Initial:
    """The maker of what a cluster starts with, and of what internal rotation replaces it with.

    :param expires: days left for certain names; negative: expired.
    :param optional: names of optional certificates to begin with.
    :param wildcards: whether they are for ``*.fqdn`` and ``*.internal.fqdn``, too.
    :param authority: signs what is self-signed otherwise.
    """

    def __init__(
        self,
        fqdn: str,
        nodes: int,
        expires: Mapping[str, float],
        optional: tuple[str, ...],
        wildcards: bool,
        authority: Authority | None = None,
    ) -> None:
        # A Common Name holds 64 characters (RFC 5280, appendix A.1).
        self._common_name = fqdn if len(fqdn) <= 64 else None
        self._names = [name for name in cluster_names(fqdn, nodes) if wildcards or not name.startswith("*")]
        self._expires = expires
        self._optional = optional
        self._rotations: Counter[str] = Counter()
        self._lock = threading.Lock()
        key = named_key(_AUTHORITY).private
        self._private = self_signed(Form(common_name=f"{fqdn[:50]} private CA", days=3650, ca=True), key)
        self._authority = authority

    def pairs(self) -> dict[str, Pair]:
        """Make the certificates of a new cluster, by name."""
        wanted = [name for name, entry in NAMES.items() if entry.required or name in self._optional]
        return {name: self._make(name) for name in wanted}

    def ca_pem(self, pairs: Mapping[str, Pair]) -> str:
        """Return what verifies the API of a cluster that holds ``pairs``."""
        return self._authority.ca_pem if self._authority else pairs["api"].certificate or ""

    def rotated(self, name: str) -> Pair:
        """Make a fresh internode certificate with another key than before."""
        with self._lock:
            self._rotations[name] += 1
            return self._internal(name, _INTERNAL_DAYS, self._rotations[name])

    def _make(self, name: str) -> Pair:
        entry = NAMES[name]
        if entry.internode:
            return self._internal(name, self._expires.get(name, _INTERNAL_DAYS), 0)
        key = named_key(name)
        form = Form(
            common_name=self._common_name,
            days=self._expires.get(name, _SELF_SIGNED_DAYS),
            sans=self._names if entry.keyed else (),
            eku=_PURPOSES if entry.keyed else (),
            ca=not entry.keyed,
        )
        return Pair(pem_of(self._signed(form, key)), key.pem if entry.keyed else None)

    def _signed(self, form: Form, key: Key) -> x509.Certificate:
        return self._authority.sign(form, key.private) if self._authority else self_signed(form, key.private)

    def _internal(self, name: str, days: float, generation: int) -> Pair:
        key = named_key(name, generation)
        form = Form(common_name=self._common_name, days=days, sans=self._names, eku=_PURPOSES)
        leaf = form.sign(key.private, self._private.subject, named_key(_AUTHORITY).private)
        return Pair(pem_of(leaf) + pem_of(self._private), key.pem)
