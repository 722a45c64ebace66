# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Applying a planned change, and waiting until the cluster shows it."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from ._api import Api
from ._errors import CertificateError
from ._installed import Installed
from ._plan import Change

#: Seconds between two looks at the cluster: from the first to the last, doubling.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

#: A write that ends so was perhaps made all the same: only a read can tell.
_ANSWER_LOST = frozenset({"connection_lost", "read_timeout"})


def installed(api: Api, name: str) -> Installed | None:
    """What the cluster has under this name now."""
    stored = api.certificates().get(name)
    return None if stored is None else Installed.of(name, stored, datetime.now(timezone.utc))


def apply(api: Api, change: Change, wait_timeout: float) -> Installed | None:
    """Make the change with one write, then read until it shows.

    Args:
        change: an update or a deletion.
        wait_timeout: seconds to go on reading.

    Returns:
        What the cluster has afterwards.

    Raises:
        CertificateError: the write was refused, or its outcome does not show in time.
    """
    lost = None
    try:
        _write(api, change)
    except CertificateError as error:
        if error.kind not in _ANSWER_LOST:
            raise
        lost = error
    if change.name == "api" and change.update is not None:
        # The next connection meets the new certificate, which ca_path need not know.
        api.session.trust(change.update.certificate)
    return _await(api, change, wait_timeout, lost)


def _write(api: Api, change: Change) -> None:
    if change.update is None:
        api.delete(change.name)
    else:
        api.update(change.update)


def _await(api: Api, change: Change, wait_timeout: float, lost: CertificateError | None) -> Installed | None:
    deadline = time.monotonic() + wait_timeout
    pause = _FIRST_PAUSE
    while True:
        unread = None
        try:
            current = installed(api, change.name)
            if change.reached(current):
                return current
        except CertificateError as error:
            unread = error
        if time.monotonic() + pause > deadline or (unread is not None and unread.kind in ("unauthorized", "forbidden")):
            break
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)

    if lost is not None:
        opening = f"the answer to the change was lost ({lost.message}) and"
    else:
        opening = "the cluster accepted the change, but"
    if unread is not None:
        problem = f"it cannot be read back: {unread.message}"
    else:
        problem = f"after {wait_timeout:g} s it still does not show (option wait_timeout)."
    raise CertificateError(
        "not_confirmed",
        f"{opening} {problem} Look at what the cluster has with cluster_certificate_info, then run again: the same "
        "change may be made twice without harm.",
        cluster=api.url,
    ).with_result(changed=lost is None)
