# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clusters, spread over a few processes, since one process of Python answers with one processor only."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .authority import Authority
from .cluster import Cluster
from .facts import facts_of
from .record import Request

LARGEST = 1000
_REQUESTS, _CLEAR = "requests", "clear"


class Fleet:
    """Running clusters with an open API each, at ports of their own; a context manager that leaves nothing behind.

    Each is a whole :class:`Cluster` with its own name, logins, certificates and record. They share the CA that signs
    their certificates, and within a process the private keys.

    :param size: how many clusters.
    :param processes: over how many processes they are spread; as many as there are processors unless given.
    :param directory: where the file of the CA goes; a temporary folder unless given.
    :param options: options of each cluster.
    :ivar members: what :func:`facts_of` says of each cluster, once the fleet has started.
    :ivar ca_path: a PEM file that verifies the initial certificate of every API; likewise.
    :raises ValueError: a value that makes no sense.
    """

    def __init__(
        self, size: int, *, processes: int | None = None, directory: str | Path | None = None, **options: Any
    ) -> None:
        if not 1 <= size <= LARGEST:
            raise ValueError(f"a fleet has 1 to {LARGEST} clusters, not {size}")
        self.members: list[dict[str, Any]] = []
        self.ca_path = ""
        self._names = [f"c{number}.fleet.example.com" for number in range(1, size + 1)]
        self._processes = min(processes or os.cpu_count() or 1, size)
        self._directory = directory
        self._options = {"ports": ("api",), "database": "none", **options}
        Cluster(fqdn=self._names[0], **self._options)  # what is wrong with the options shows here
        # When it is started later, it lets signals through that whoever uses this may have blocked by then.
        resource_tracker.ensure_running()
        self._ends: list[Connection] = []
        self._cleanup = ExitStack()

    def __enter__(self) -> Fleet:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def start(self) -> None:
        """Start all clusters.

        :raises RuntimeError: one cannot start.
        """
        authority = Authority("Simulated fleet CA")
        with ExitStack() as cleanup:
            folder = self._directory or cleanup.enter_context(tempfile.TemporaryDirectory(prefix="simulator-"))
            path = Path(folder) / "fleet.pem"
            path.write_text(authority.ca_pem, encoding="ascii")
            cleanup.callback(path.unlink, missing_ok=True)
            self.ca_path = str(path)
            # A fork would take the locks of this process' threads along.
            spawning = multiprocessing.get_context("spawn")
            for first in range(self._processes):
                here, there = spawning.Pipe()
                share = self._names[first :: self._processes]
                process = spawning.Process(target=_serve, args=(there, share, authority, self._options), daemon=True)
                process.start()
                there.close()
                cleanup.callback(process.join)
                cleanup.callback(here.close)
                self._ends.append(here)
            self.members = [
                dict(facts, ca_path=self.ca_path) for facts in self._in_turn([_heard(end) for end in self._ends])
            ]
            self._cleanup = cleanup.pop_all()

    def close(self) -> None:
        """Close every port, and end every process."""
        self._cleanup.close()
        self._ends.clear()

    @property
    def requests(self) -> list[list[Request]]:
        """Return every request so far, for each of the members."""
        return self._in_turn(self._ask(_REQUESTS))

    def clear_requests(self) -> None:
        self._ask(_CLEAR)

    def _ask(self, question: str) -> list[Any]:
        for end in self._ends:
            end.send(question)
        return [_heard(end) for end in self._ends]

    def _in_turn(self, shares: Sequence[Sequence[Any]]) -> list[Any]:
        """Return what each process says of its share, in the order of the members."""
        return [shares[number % self._processes][number // self._processes] for number in range(len(self._names))]


def _heard(end: Connection) -> Any:
    try:
        return end.recv()
    except EOFError:
        raise RuntimeError("a process of the fleet has ended; it said why") from None


def _serve(end: Connection, names: Sequence[str], authority: Authority, options: dict[str, Any]) -> None:
    """Run a share of the fleet until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the process that started this one, which ends it
    _allow_files()
    with ExitStack() as running:
        clusters = [Cluster(fqdn=name, authority=authority, **options) for name in names]
        for cluster in clusters:
            running.enter_context(cluster)
        end.send([facts_of(cluster) for cluster in clusters])
        try:
            while True:
                if end.recv() == _CLEAR:
                    for cluster in clusters:
                        cluster.clear_requests()
                    end.send([])
                else:
                    end.send([cluster.requests for cluster in clusters])
        except EOFError:
            return


def _allow_files() -> None:
    """Allow more open files: a port is one, and so is a connection; many systems allow 1024 unless asked for more."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16 * LARGEST
    if limit != resource.RLIM_INFINITY and limit < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )
