# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a run may take and how much it may ask, told by its options alone, as the module's documentation promises.

With T for ``timeout``, W for ``write_timeout``, R for ``retries`` and P for ``retry_max_delay``, one way is

- a write: R + 1 times W for the answer and T for the read after an answer that was lost, and R times P;
- ``wait_timeout``, and T for a read that begins when it ends;
- ``verify_timeout``, and T for a look that begins when it ends.

The way back is as long, and a last look everywhere ends what could not be restored. With several certificates there may
be a write for each, and one more for all of them; each may have to wait for the API.

A rotation, a forced update and new replica sources have no way back.

What a follower redirects is not counted here. Metrics are read once before the write and, where they show a certificate
that is changed, at each look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .operations import CertificateWrite, ForcedUpdate, Operation, Rotation

#: Reads before the first write: certificates, cluster, nodes, who is the primary, databases, and two pages of those
#: that have their own certificate.
_BEFORE = 7
_NODES = 3

#: Requests for one look at the metrics: each node's exporter for the whole cluster, and again with the login; then
#: likewise for each node that is missing there.
_METRICS = 4 * _NODES

#: Pauses between looks: the first one, and the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

#: Seconds for everything that nobody waits for, on a busy machine.
_WORK = 5.0


class Limits(NamedTuple):
    """The most that is allowed."""

    seconds: float
    writes: int
    requests: int  # of any kind, to the API
    metrics_requests: int = 0


def of(operation: Operation, options: Mapping[str, Any], *, back: bool, metrics: bool) -> Limits:
    """The limits of one run.

    :param back: whether the old certificates were restored, or that was tried.
    :param metrics: whether metrics are to show a certificate that is changed.
    """
    if isinstance(operation, CertificateWrite):
        return _certificates(options, len(operation.names), back=back, metrics=metrics)
    if isinstance(operation, Rotation):
        return _rotation(options, metrics=metrics)
    return _forced_update(options) if isinstance(operation, ForcedUpdate) else _repinning(options)


def _pauses(options: Mapping[str, Any]) -> float:
    """Seconds between the times that a request is sent."""
    return float(options["retries"] * options["retry_max_delay"])


def _certificates(options: Mapping[str, Any], certificates: int, *, back: bool, metrics: bool) -> Limits:
    timeout, wait, verify = options["timeout"], options["wait_timeout"], options["verify_timeout"]
    times, attempts = 1 if certificates == 1 else certificates + 1, options["retries"] + 1
    write = attempts * (options["write_timeout"] + timeout) + _pauses(options)
    one_way = times * (write + wait + timeout) + verify + timeout
    reads = times * (2 * attempts + attempts + _looks(wait)) + _looks(wait)
    # Of several, each that is perhaps made is looked for, and at the end all of them.
    looks = 1 + times * (_looks(verify) + 1) * (1 + back) + 1
    return Limits(
        _WORK + one_way * (1 + back) + timeout,
        2 * attempts * times * (1 + back),  # an update may try both of its endpoints
        _BEFORE + reads * (1 + back) + 1,
        _METRICS * looks * metrics,
    )


def _rotation(options: Mapping[str, Any], *, metrics: bool) -> Limits:
    """A read after each time that it is sent, only the last of which may be a lost answer."""
    timeout, wait, verify = options["timeout"], options["wait_timeout"], options["verify_timeout"]
    attempts = options["retries"] + 1
    write = attempts * (options["write_timeout"] + timeout) + _pauses(options)
    looks = 2 * (wait + timeout) + timeout + verify + timeout + timeout
    return Limits(
        _WORK + write + looks,
        attempts,
        _BEFORE + 2 * attempts + 2 * _looks(wait) + 2,
        _METRICS * (3 + _looks(verify)) * metrics,
    )


def _forced_update(options: Mapping[str, Any]) -> Limits:
    attempts = options["retries"] + 1
    seconds = attempts * options["write_timeout"] + _pauses(options) + options["wait_timeout"] + options["timeout"]
    return Limits(_WORK + seconds, attempts, _BEFORE + attempts + _looks(options["wait_timeout"]))


def _repinning(options: Mapping[str, Any]) -> Limits:
    """Each time the sources are read and written, perhaps twice, and read until that is possible."""
    timeout, wait, attempts = options["timeout"], options["wait_timeout"], options["retries"] + 1
    seconds = attempts * (timeout + 2 * options["write_timeout"] + wait + timeout) + _pauses(options) + wait + timeout
    return Limits(_WORK + seconds, 2 * attempts, _BEFORE + attempts * (3 + _looks(wait)) + _looks(wait))


def _looks(timeout: float) -> int:
    """How often one may look until a deadline."""
    count, passed, pause = 1, 0.0, _FIRST_PAUSE
    while passed < timeout:
        passed += pause
        pause = min(2 * pause, _LONGEST_PAUSE)
        count += 1
    return count
