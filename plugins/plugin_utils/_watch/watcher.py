# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Reading each cluster at its own time, and putting what is new into the queue."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, Protocol

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.members import Member
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_in_controller
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .conditions import UNREACHABLE, Conditions, recovered
from .settings import Settings
from .state_file import ReportedConditions

_LOGGER = logging.getLogger(__name__)

#: More doublings than any longest wait takes.
_DOUBLINGS = 30


class Queue(Protocol):
    """The queue that events go to."""

    async def put(self, item: Any, /) -> None:
        """Take an event."""


async def watch(queue: Queue, args: Mapping[str, Any]) -> None:
    """Watch until cancelled.

    Args:
        queue: gets each event, as a dictionary.
        args: what the rulebook gives the event source.

    Raises:
        CertificateError: an argument is wrong, or the state file cannot be used.
    """
    settings = Settings.parse(args)
    watcher = _Watcher(queue, settings)
    tasks = [asyncio.create_task(watcher.attend(member)) for member in settings.members]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        watcher.close()


def wait(settings: Settings, failures: int, chance: float) -> float:
    """Return the seconds until a cluster is read again.

    Args:
        failures: how often in a row it could not be read.
        chance: from 0 to 1.
    """
    longest = max(settings.interval, settings.max_interval)
    return min(settings.interval * 2.0 ** min(failures, _DOUBLINGS), longest) * (1 + settings.jitter * chance)


class _Watcher:
    def __init__(self, queue: Queue, settings: Settings) -> None:
        self._queue = queue
        self._settings = settings
        self._reported = ReportedConditions(settings.state_path, (member.name for member in settings.members))
        self._threads = ThreadPoolExecutor(settings.concurrency, "certificates")
        self._chance = random.SystemRandom()

    def close(self) -> None:
        """Begin no more reads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def attend(self, member: Member) -> None:
        """Read one cluster again and again."""
        failures = 0
        while True:
            data = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, member)
            await self._tell(data)
            failures = failures + 1 if data["error"] else 0
            seconds = wait(self._settings, failures, self._chance.random())
            _LOGGER.info("%s: %s; next read in %.0f s", member.name, "not read" if data["error"] else "read", seconds)
            await asyncio.sleep(seconds)

    def _read(self, member: Member) -> ClusterData:
        """Return what the module would return of this cluster, masked as there."""
        cluster = {**member.options, "name": member.name, "certificates": member.wanted}
        options = {"clusters": [cluster], "served": self._settings.served}
        result = run_in_controller(
            fleet_certificate_info.OPERATION, options, module="certificates", check_mode=True, invocation=False
        )
        if result.get("failed"):
            raise CertificateError("internal_error", result["msg"])
        data: ClusterData = result["clusters"][0]
        # A password that is a part of the name does not make it another cluster.
        return {**data, "name": member.name}

    async def _send(self, event: Mapping[str, Any]) -> None:
        """Put an event into the queue, under an id that the log and the run that it begins have, too."""
        number = str(uuid.uuid4())
        about = printable(event.get("certificate", ""))  # of a database, whose name others chose
        # As a warning: without -v, ansible-rulebook logs nothing less.
        _LOGGER.warning("%s: event %s: %s%s", event["cluster"], number, event["kind"], about and f" of {about}")
        # Where ansible-rulebook keeps the id of an event; it makes one where there is none.
        await self._queue.put({**event, "meta": {"uuid": number}})

    async def _tell(self, data: ClusterData) -> None:
        name = data["name"]
        conditions = Conditions.of(data, self._settings, datetime.now(timezone.utc))
        if conditions.readable and self._reported.was(name, UNREACHABLE):
            await self._send(recovered(data))
        for one in self._reported.news(name, conditions):
            await self._send(one.event)
        # Only now: what was not put is put after a restart.
        if self._reported.update(name, conditions):
            try:
                self._reported.save()
            except CertificateError as error:
                _LOGGER.error("%s After a restart, events sent since then are repeated.", error.message)
