# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of CAs that clusters are verified with: what is in it stays, and certificates are added.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import (
    looks_like_private_key,
    quoted,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import certificates_in

from .anchors import Anchor

#: Certificates are public.
_MODE = 0o644


class CaFile:
    """A file of CAs, as it is and as it is to be."""

    def __init__(self, path: str) -> None:
        """Read it. Where it does not exist, it is empty.

        Raises:
            CertificateError: it cannot be read, or has something else in it.
        """
        self.path = path
        self._mode = _MODE
        try:
            with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
                self._text = file.read()
                self._mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        except FileNotFoundError:
            self._text = ""
        except OSError as error:
            raise _unusable(path, f"cannot be read ({os.strerror(error.errno or 0)})") from None
        self._known = set(certificates_in(self._text))
        if looks_like_private_key(self._text):
            raise _unusable(path, "has a private key in it")
        if self._text.strip() and not self._known:
            raise _unusable(path, "is not a PEM file of certificates")
        self.added: list[Anchor] = []

    def add(self, anchor: Anchor, clusters: Iterable[str]) -> None:
        """Add a certificate, unless it is there.

        Args:
            clusters: that present it, for whoever reads the file.
        """
        if anchor.der in self._known:
            return
        self._known.add(anchor.der)
        self.added.append(anchor)
        before = self._text if not self._text or self._text.endswith("\n") else f"{self._text}\n"
        self._text = f"{before}# {printable(', '.join(clusters))}\n{anchor.pem}"

    def check_folder(self) -> None:
        """Check that it can be written, as far as its folder says so.

        Raises:
            CertificateError: it cannot.
        """
        folder = os.path.dirname(self.path)
        if not os.access(folder, os.W_OK | os.X_OK):
            why = errno.EACCES if os.path.isdir(folder) else errno.ENOENT
            raise _unusable(self.path, f"cannot be written ({os.strerror(why)})")

    def write(self) -> str | None:
        """Replace the file atomically, and return why it could not be written, if so."""
        try:
            replace_file(self.path, self._text.encode("utf-8", "surrogateescape"), mode=self._mode)
        except OSError as error:
            return f"CA file {quoted(self.path)} cannot be written ({os.strerror(error.errno or 0)})"
        return None


def _unusable(path: str, problem: str) -> CertificateError:
    return CertificateError(
        "ca_file_unusable",
        f"CA file {quoted(path)} {problem}. Nothing was written. Check the path in redis_enterprise_ca_path, or give "
        "another one.",
        option="path",
    )
