# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Which certificates TLS connections trust. A bundle of CAs is loaded once, for all connections of a process.

All contexts are made by hand, since every default one reads SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from .._errors import invalid_option

try:
    import certifi
except ImportError:  # comes with requests, which _libraries reports
    pass

#: Contexts that are kept: one task seldom has more than one bundle, and uses it in two ways.
_KEPT_LIMIT = 8

#: OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH.
_HOST_MISMATCH = 62

#: What completes a context after its bundle is loaded.
Preparation = Callable[["Context"], None]


class Context(ssl.SSLContext):
    """A TLS context that several connections use, in several threads: once it is made, it must not be changed."""

    def set_alpn_protocols(self, alpn_protocols: Any) -> None:
        """Do nothing: urllib3 calls it before each handshake, while other threads may be using what it replaces."""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Refuse a certificate without names where urllib3 1.26 compares them: it would take the common name."""
        secured = super().wrap_socket(*args, **kwargs)
        if self.verify_mode != ssl.CERT_NONE and not self.check_hostname and not _names(secured):
            secured.close()
            error = ssl.SSLCertVerificationError("the certificate has no subject alternative name")
            error.verify_code = _HOST_MISMATCH
            raise error
        return secured


def _names(secured: ssl.SSLSocket) -> list[str]:
    """Return what a host can be compared with."""
    certificate: Any = secured.getpeercert() or {}
    return [name for kind, name in certificate.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]


class _Kept:
    """The contexts that were used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: OrderedDict[Hashable, Context] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Context]) -> Context:
        """Return the context that is kept under the key, or a new one.

        Threads that want the same one wait for its maker.
        """
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = make()
            self._contexts.move_to_end(key)
            while len(self._contexts) > _KEPT_LIMIT:
                self._contexts.popitem(last=False)
            return self._contexts[key]


_KEPT = _Kept()


def trusting_context(ca_path: str | None, prepare: Preparation, *, shared: bool = True) -> Context:
    """Return a context that trusts C(ca_path) alone, or else the operating system's store.

    Args:
        prepare: a function of a module. Contexts that differ in it are not shared.
        shared: false for one that is to hold a private key, since no cache may.

    Raises:
        CertificateError: C(ca_path) is not usable.
    """
    if not ca_path:
        return _context(_system_trust(), prepare, shared=shared)
    try:
        return _context({"cafile": ca_path}, prepare, shared=shared)
    except OSError:  # ssl.SSLError is one
        raise invalid_option(
            "ca_path", f"{ca_path} is not a PEM file with one or more certificates", "Give the certificate of the CA"
        ) from None


def unverified_context(prepare: Preparation) -> Context:
    """Return a context that leaves it to its user to compare the certificate."""
    context = _empty()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    prepare(context)
    return context


def trusting_nothing(prepare: Preparation) -> Context:
    """Return a context that refuses every certificate, for clusters that nothing is trusted of yet."""
    context = _empty()
    prepare(context)
    return context


def _empty() -> Context:
    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False  # RFC 9525: only subject alternative names count
    return context


def _context(where: dict[str, str], prepare: Preparation, *, shared: bool) -> Context:
    # Of a folder, OpenSSL reads only what it needs, when it needs it.
    if not shared or "cafile" not in where:
        return _made(where, prepare)
    return _KEPT.get((prepare, *_identity(where["cafile"])), lambda: _made(where, prepare))


def _made(where: dict[str, str], prepare: Preparation) -> Context:
    context = _empty()
    # A bundle may hold the API's own certificate, or an intermediate, instead of the root.
    context.verify_flags |= getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0x80000)  # named since Python 3.10
    context.load_verify_locations(**where)
    prepare(context)
    return context


def _system_trust() -> dict[str, str]:
    """Return where this system's OpenSSL was built to look for CAs; the bundle of certifi where there is nothing."""
    paths = ssl.get_default_verify_paths()
    if os.path.isfile(paths.openssl_cafile):
        return {"cafile": paths.openssl_cafile}
    if os.path.isdir(paths.openssl_capath) and os.listdir(paths.openssl_capath):
        return {"capath": paths.openssl_capath}
    return {"cafile": certifi.where()}


def _identity(path: str) -> tuple[int, ...]:
    """Return what is different once a file was replaced or written to."""
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
