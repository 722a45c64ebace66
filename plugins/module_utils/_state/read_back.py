# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What the primary reports after a write, read until it is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Optional

from .._api.client import Api
from .._errors import CertificateError
from .._transport.retry import poll_until
from .installed import Installed, parse_installed

#: By certificate name.
Reported = Mapping[str, Optional[Installed]]

#: Waiting does not help against these.
_NOT_ALLOWED = frozenset({"unauthorized", "forbidden"})


def poll_installed(
    api: Api,
    names: Iterable[str],
    enough: Callable[[Reported], bool],
    deadline: float,
    *,
    afresh: bool = False,
) -> tuple[Reported, CertificateError | None]:
    """Read until it is enough, at least once; return what was read last, or why nothing could be.

    Args:
        deadline: in terms of C(time.monotonic).
        afresh: whether each read makes a separate connection, since an old one would not meet a new certificate.
    """
    installed: Reported = {}
    unread = None
    for dummy in poll_until(deadline):
        if afresh:
            api.session.disconnect()
        try:
            installed, unread = installed_now(api, names), None
        except CertificateError as error:
            installed, unread = {}, error
        if enough(installed) if unread is None else unread.kind in _NOT_ALLOWED:
            break
    return installed, unread


def installed_now(api: Api, names: Iterable[str]) -> dict[str, Installed | None]:
    """Return what an API reports under these names.

    Raises:
        CertificateError: it cannot be read.
    """
    return parse_installed(api.certificates(), names, datetime.now(timezone.utc))
