# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several ways to do something, measured in turn within one run of ansible-playbook."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from integration.runs import COLLECTIONS, PREFIX, Ansible, Outcome, login
from simulator import Cluster, Request

Task = dict[str, Any]

_ACTIONS = str(Path(__file__).resolve().parent / "action")
_OTHER = Path(__file__).resolve().parents[2] / ".venv/collections"
ENVIRONMENT = {
    "ANSIBLE_ACTION_PLUGINS": _ACTIONS,
    "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{_OTHER}",
    # They come with the newest ansible-core, and are used with the oldest as well.
    "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "ignore",
}

#: Keeps a task of the collection from running inside the controller.
AS_MODULE = {"vars": {"redis_enterprise_in_process": False}}


class Spread(NamedTuple):
    """What repetitions came to."""

    median: float
    low: float  # the lower quartile
    high: float  # the upper quartile

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        low, median, high = statistics.quantiles(values, method="inclusive") if len(values) > 1 else [values[0]] * 3
        return cls(median, low, high)


class Seen(NamedTuple):
    """What one repetition of a way did."""

    turn: int
    outcomes: list[Outcome]
    requests: list[Request]

    @property
    def result(self) -> Mapping[str, Any]:
        """Of the last task."""
        return self.outcomes[-1].result

    @property
    def writes(self) -> list[tuple[str, ...]]:
        """The names in each successful write."""
        return [one.names for one in self.requests if one.writes and one.status == 200]


class Way(NamedTuple):
    """One way to do something.

    Attributes:
        tasks: gives the tasks of a turn. Turns are counted over all ways, so that each can change what the one before
            it left.
        check: raises AssertionError unless a repetition did its work.
    """

    name: str
    tasks: Callable[[int], Sequence[Task]]
    check: Callable[[Seen], None]


def series(
    ansible: Ansible,
    cluster: Cluster,
    ways: Sequence[Way],
    rounds: int,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, Spread]:
    """Seconds that each way takes, by its name.

    Every round does each way once, beginning with another one each time. The first of several rounds warms up, and does
    not count.
    A task's time is that from the result before it to its own: all that a play gets longer by.
    """
    order = [way for number in range(rounds) for way in _rotated(ways, number)]
    planned = [way.tasks(turn) for turn, way in enumerate(order)]
    named = [
        {"name": f"{turn} {order[turn].name} {number}", **task}
        for turn, tasks in enumerate(planned)
        for number, task in enumerate(tasks)
    ]
    run = ansible.tasks(named, connection=login(cluster), variables=variables, environment=ENVIRONMENT).expect()
    assert [one.task for one in run.outcomes] == [task["name"] for task in named]
    requests = cluster.requests
    times: dict[str, list[float]] = {way.name: [] for way in ways}
    ended, at = run.outcomes[0].started, 0
    for turn, way in enumerate(order):
        outcomes = list(run.outcomes[at : at + len(planned[turn])])
        at += len(outcomes)
        began, ended = ended, outcomes[-1].ended
        assert all(one.status == "ok" for one in outcomes), [one.result for one in outcomes]
        way.check(Seen(turn, outcomes, [one for one in requests if began <= one.arrived <= ended]))
        if rounds == 1 or turn >= len(ways):
            times[way.name].append(ended - began)
    return {name: Spread.of(values) for name, values in times.items()}


def _rotated(ways: Sequence[Way], by: int) -> list[Way]:
    start = by % len(ways)
    return [*ways[start:], *ways[:start]]


def own(module: str, options: Mapping[str, Any] | None = None, **keywords: Any) -> Task:
    """A task of the collection."""
    return {f"{PREFIX}.{module}": dict(options or {}), **keywords}


def uri(cluster: Cluster, path: str, options: Mapping[str, Any] | None = None, **keywords: Any) -> Task:
    """A task that asks the API by ansible.builtin.uri."""
    return {
        "ansible.builtin.uri": {
            "url": cluster.url + path,
            "url_username": cluster.username,
            "url_password": cluster.password,
            "force_basic_auth": True,
            "ca_path": cluster.ca_path,
            **(options or {}),
        },
        **keywords,
    }
