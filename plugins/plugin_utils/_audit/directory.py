# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The folder that a report's files are written to."""

from __future__ import annotations

import os

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file

from .._paths import nearest_existing


class Directory:
    """The folder that gets the files. Made when the first one is written.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: str) -> None:
        """Check that files can be written there.

        Raises:
            CertificateError: no file can be written there.
        """
        self.path = os.path.realpath(path)
        existing = nearest_existing(self.path)
        if not os.path.isdir(existing):
            raise invalid_option("output_directory", f"{existing} is not a directory", "Choose another path")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise invalid_option(
                "output_directory", f"this user may not write to {existing}", "Check its mode and owner"
            )

    def file(self, name: str) -> str:
        """Return the path of one of its files."""
        return os.path.join(self.path, name)

    def differs(self, name: str, content: str) -> bool:
        """Check whether the file is missing, or holds something else."""
        try:
            with open(self.file(name), "rb") as file:
                return file.read() != content.encode()
        except OSError:
            return True

    def write(self, name: str, content: str) -> None:
        """Replace the content of the file atomically, with the permissions of a new file.

        Raises:
            CertificateError: it could not be written.
        """
        try:
            os.makedirs(self.path, exist_ok=True)
            replace_file(self.file(name), content.encode(), mode=0o666 & ~_umask())
        except OSError as error:
            raise invalid_option(
                "output_directory",
                f"{self.file(name)} could not be written: {os.strerror(error.errno or 0)}",
                "Check the file system",
            ) from None


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
