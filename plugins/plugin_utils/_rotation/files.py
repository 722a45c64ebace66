# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Keep an issued certificate and its private key in files, each replaced at once: no other file ever holds the key."""

from __future__ import annotations

import os
import re
import stat
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import invalid_option
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    parse_pem,
    to_pem,
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")

#: Modes of the files, by extension.
_MODES = {"key": 0o600, "pem": 0o644}


def run(task: Context) -> dict[str, Any]:
    """Write what differs.

    Raises:
        CertificateError: an option is wrong, or a file cannot be written.
    """
    params = task.params
    if not _NAME.fullmatch(params["name"]):
        raise invalid_option("name", "not a certificate name", "Give letters, digits, hyphens and underscores")
    try:
        certificate = to_pem(parse_pem(params["certificate"]))
    except CertificateParseError as error:
        raise invalid_option("certificate", str(error), "Give certificates in PEM, leaf first") from None
    folder = os.path.realpath(params["path"])
    contents = {} if params["private_key"] is None else {"key": f"{params['private_key'].strip()}\n"}
    contents["pem"] = certificate
    paths = {extension: os.path.join(folder, f"{params['name']}.{extension}") for extension in _MODES}
    try:
        stale = [one for one, content in contents.items() if _differs(paths[one], content.encode(), _MODES[one])]
        if stale and not task.check_mode:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            for one in stale:
                replace_file(paths[one], contents[one].encode(), mode=_MODES[one])
    except OSError as error:
        problem = f"{folder} cannot be written: {os.strerror(error.errno or 0)}"
        raise invalid_option("path", problem, "Check the folder's mode and owner") from None
    return {
        "changed": bool(stale),
        "certificate_path": paths["pem"],
        "private_key_path": paths["key"] if "key" in contents else None,
    }


def _differs(path: str, content: bytes, mode: int) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() != content or stat.S_IMODE(os.fstat(file.fileno()).st_mode) != mode
    except FileNotFoundError:
        return True


OPERATION = Operation(
    run,
    {
        "path": {"type": "path", "required": True},
        "name": {"type": "str", "required": True},
        "certificate": {"type": "str", "required": True},
        "private_key": {"type": "str", "no_log": True},
    },
)
