# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: which request meets one, and what happens to it then."""

from __future__ import annotations

import math
import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cluster import Cluster

KINDS = {
    "status": False,
    "close_before": False,
    "close_after": True,
    "reset": False,
    "slow": True,
    "drip": True,
    "drip_head": True,
    "never": False,
    "html": False,
    "empty": False,
    "garbage": True,
    "wrong_json": True,
    "truncated": True,
    "overlong": True,
    "overlong_chunked": True,
    "overlong_unbounded": True,
    "redirect": False,
    "pass": True,
}
"""Each kind, and whether the request is carried out all the same unless the fault says otherwise."""

_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "*")
_DEFAULT_DELAY = {"slow": 1.0, "drip": 0.05, "drip_head": 0.05}
_DEFAULT_STATUS = {"status": 500, "html": 503, "empty": 503, "redirect": 307}


@dataclass
class Fault:
    """A fault that strikes the requests that match.

    :ivar method: such as ``PUT``, or ``*``.
    :ivar path: a glob, such as ``/v1/cluster/*``.
    :ivar node: uid of the node that is asked, whether it answers or redirects; None for any node that answers.
    :ivar times: how many requests it strikes; None for all.
    :ivar after: how many that match pass unharmed first.
    :ivar kind: one of :data:`KINDS`.
    :ivar status: the HTTP status of ``status``, ``html``, ``empty`` and ``redirect``; the other kinds keep their own
        unless it is given.
    :ivar delay: seconds before the answer (0 unless given, for ``slow`` 1); for ``drip``, between two bytes of
        the body (0.05); for ``drip_head``, between two bytes of all that is sent (0.05).
    :ivar applied: whether the request is carried out; None for the kind's own habit.
    :ivar location: where ``redirect`` points to; the same path at the next node unless given.
    :ivar error_code: ``error_code`` of a ``status`` answer.
    :ivar headers: further headers of the answer, such as ``Retry-After``.
    :ivar effect: called with the cluster as soon as the request has come, such as another writer's change, or an
        outage.
    :ivar primary: uid of the node that becomes the primary at that moment. When the node that is asked is a follower
        then, its redirect is what the request comes to.
    :ivar afterwards: whether ``effect`` and ``primary`` wait until the request has been carried out, as they do for a
        write that is made and whose answer is lost: ``kind="close_after", primary=2, afterwards=True``.
    :raises ValueError: a value that makes no sense.
    """

    method: str = "*"
    path: str = "*"
    kind: str = "status"
    node: int | None = None
    times: int | None = None
    after: int = 0
    status: int | None = None
    delay: float | None = None
    applied: bool | None = None
    location: str | None = None
    error_code: str = "simulated_fault"
    headers: dict[str, str] = field(default_factory=dict)
    effect: Callable[[Cluster], None] | None = None
    primary: int | None = None
    afterwards: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}: one of {', '.join(KINDS)}")
        if self.method not in _METHODS:
            raise ValueError(f"unknown method {self.method!r}: one of {', '.join(_METHODS)}")
        if self.path != "*" and not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r} does not begin with / (or is not *)")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status {self.status} is not between 200 and 599")
        if (self.times is not None and self.times < 1) or self.after < 0 or not 0 <= (self.delay or 0) < math.inf:
            raise ValueError("times must be 1 or more, after and delay must be 0 or more")
        if self.applied is None:
            self.applied = KINDS[self.kind]
        if self.status is None:
            self.status = _DEFAULT_STATUS.get(self.kind)
        if self.delay is None:
            self.delay = _DEFAULT_DELAY.get(self.kind, 0.0)

    def matches(self, method: str, path: str, node: int, answers: bool) -> bool:
        """Check whether it strikes a request.

        :param node: uid of the node that is asked.
        :param answers: whether that node answers the request; otherwise it redirects.
        """
        return (
            self.method in ("*", method)
            and (self.path == "*" or fnmatchcase(path, self.path))
            and (answers if self.node is None else self.node == node)
        )

    def strike(self, cluster: Cluster) -> None:
        """Do to the cluster what the fault does beside its answer."""
        if self.effect is not None:
            self.effect(cluster)
        if self.primary is not None:
            cluster.move_primary(self.primary)


def _yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} must be true or false")
    return text == "true"


_READ: dict[str, Callable[[str], Any]] = {
    "kind": str,
    "node": int,
    "times": int,
    "after": int,
    "status": int,
    "delay": float,
    "applied": _yes,
    "location": str,
    "error_code": str,
    "primary": int,
    "afterwards": _yes,
}


def parse_fault(text: str) -> Fault:
    """Parse the fault that ``METHOD PATH [name=value ...]`` describes.

    :raises ValueError: it is not of that form.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if len(words) < 2:
        raise ValueError(f"fault {text!r} is not of the form 'METHOD PATH name=value ...'")
    values: dict[str, Any] = {}
    for word in words[2:]:
        name, equals, value = word.partition("=")
        if not equals or name not in _READ:
            raise ValueError(f"fault {text!r}: {word!r} is not name=value with one of {', '.join(_READ)}")
        if name in values:
            raise ValueError(f"fault {text!r}: {name} is given twice")
        try:
            values[name] = _READ[name](value)
        except ValueError as error:
            raise ValueError(f"fault {text!r}: {name}: {error}") from None
    try:
        return Fault(method=words[0], path=words[1], **values)
    except ValueError as error:
        raise ValueError(f"fault {text!r}: {error}") from None


@dataclass
class _Armed:
    fault: Fault
    left: int | None
    passing: int


class Faults:
    """The faults of a cluster, in the order in which they were added: the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._armed.append(_Armed(fault, fault.times, fault.after))

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def take(self, method: str, path: str, node: int, answers: bool) -> Fault | None:
        """Return the fault that this request meets, and count it; parameters as in :meth:`Fault.matches`."""
        with self._lock:
            for armed in self._armed:
                if armed.left == 0 or not armed.fault.matches(method, path, node, answers):
                    continue
                if armed.passing:
                    armed.passing -= 1
                    continue
                if armed.left is not None:
                    armed.left -= 1
                return armed.fault
        return None
