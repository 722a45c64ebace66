# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CA with rate limits issued and could not be used, so that the next runs do not order the same again.

One small file for each, in Ansible's own folder on the control node. It has no secret, and no certificate.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ansible import constants
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file

from .._paths import placed

#: The sources whose CAs limit how many certificates they issue.
_LIMITED = frozenset({"acme"})

#: Days for which the same is not ordered again: what CAs count their limits by (Let's Encrypt: rate limits, per exact
#: set of identifiers).
_DAYS = 7

#: Options of the source that decide what is issued. None is a secret.
_DECIDING = ("directory", "profile", "select_chain", "issuers")


def check_refusals(host: str, entries: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    """Refuse to order what could not be used a short while ago.

    Args:
        entries: of the plan, that are to be issued.
        values: the variables of the role.

    Raises:
        CertificateError: an entry was refused, and is the same as then.
    """
    for entry in entries:
        before = None if values["rotation_force"] else _read(_path(host, entry, values))
        if before is not None:
            raise CertificateError(
                "refused_before",
                f"{entry['name']}: source {entry['source']}: what the CA issued on {before['day']} could not be used, "
                f"and the same is not ordered again for {_DAYS} days, since the CA limits how many it issues. Nothing "
                f"was changed. Change the source, or set rotation_force=true. It said: {before['message']}",
                certificate=entry["name"],
            )


def note_refusal(host: str, entry: Mapping[str, Any], values: Mapping[str, Any], error: CertificateError) -> None:
    """Note that what was issued cannot be used. Where that cannot be written, the same is ordered again."""
    path = _path(host, entry, values)
    if path is not None:
        found = {"day": time.strftime("%Y-%m-%d", time.gmtime()), "time": time.time(), "message": error.message}
        with suppress(OSError):
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            replace_file(path, json.dumps(found).encode())


def _path(host: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
    """Return the file for what is ordered; None for a source without limits."""
    if entry["source"] not in _LIMITED:
        return None
    source = values["rotation_certificates"][entry["index"]]["source"][entry["source"]]
    ordered = [
        host,
        *(entry[one] for one in ("name", "names", "key_type", "key_size")),
        *(source.get(one) for one in _DECIDING),
        _content(source.get("issuers_path")),
        values["rotation_requirements"],
        str(values["rotation_renew_before"]),
    ]
    name = hashlib.sha256(json.dumps(ordered).encode()).hexdigest()
    home = constants.config.get_config_value("ANSIBLE_HOME")
    return os.path.join(os.path.expanduser(home), "redis_enterprise.certificates", "refused", f"{name}.json")


def _content(path: str | None) -> str | None:
    """Return what a file holds; None where it cannot be read."""
    with suppress(OSError):
        if path:
            with open(placed(path), "rb") as file:
                return file.read().hex()
    return None


def _read(path: str | None) -> Mapping[str, Any] | None:
    """Return what was noted, unless that is too long ago."""
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
        if 0 <= time.time() - found["time"] < _DAYS * 86400:
            return {"day": str(found["day"]), "message": str(found["message"])}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # as if nothing was noted
    return None
