# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A workflow of the stand-in, run node by node as the workflow manager of AWX does."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import awx_rules
from .controller import Controller


@dataclass(frozen=True)
class Ended:
    """A job that ended: C(successful), C(failed) or, with nothing to hand on, C(error)."""

    status: str
    artifacts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """A job that is about to run.

    Attributes:
        node: the identifier of the node.
        template: the template's fields.
        extra_vars: all of them, as AWX puts them together.
        prompts: limit, job type and so on.
        slice: which one of how many.
    """

    node: str
    template: Mapping[str, Any]
    extra_vars: Mapping[str, Any]
    prompts: Mapping[str, Any]
    slice: tuple[int, int] = (1, 1)


#: Runs a job, or decides an approval.
Runs = Callable[[Start], Ended]


@dataclass(frozen=True)
class Done:
    """A workflow that ended.

    Attributes:
        status: its colour.
        ran: the status of each node that ran, in order.
        artifacts: what the job of each node published itself.
    """

    status: str
    ran: Mapping[str, str]
    artifacts: Mapping[str, Mapping[str, Any]]


_KINDS = ("success_nodes", "failure_nodes", "always_nodes")
_ids = itertools.count(100)


def run_workflow(
    controller: Controller,
    workflow: str,
    runs: Runs,
    *,
    answers: Mapping[str, Any] | None = None,
    limit: str = "",
    hosts: int = 2,
) -> Done:
    """Run a workflow.

    Args:
        answers: to its survey.
        limit: as a prompt.
        hosts: of the inventory, whatever the limit is.
    """
    template = controller.named("workflow_job_templates")[workflow]
    given: dict[str, Any] = {"extra_vars": dict(answers or {}), "limit": limit}
    controller.answer("POST", f"{template['url']}launch/", given)
    own = json.loads(template.get("extra_vars") or "{}")
    variables = awx_rules.job_variables(own, controller.survey(template), given["extra_vars"])
    nodes = controller.nodes(workflow)
    links = {name: {kind: controller.tied(node, kind) for kind in _KINDS} for name, node in nodes.items()}
    number = next(_ids)
    ended: dict[str, Ended] = {}
    inherited: dict[str, dict[str, Any]] = {}
    for name in _in_order(links):
        parents = [one for one in links if any(name in links[one][kind] for kind in _KINDS)]
        reached = [
            one
            for one in parents
            if one in ended and any(name in links[one][kind] for kind in awx_rules.followers(ended[one].status))
        ]
        if parents and not reached:
            continue
        inherited[name] = {}
        for one in parents:
            # From every parent, also from one that did not lead here.
            inherited[name].update(inherited.get(one, {}))
            inherited[name].update(ended[one].artifacts if one in ended else {})
        ended[name] = _run_node(controller, nodes[name], inherited[name], variables, given, number, hosts, runs)
    lost = [name for name, one in ended.items() if one.status in awx_rules.FAILED]
    failed = [name for name in lost if not awx_rules.is_handled(links[name])]
    return Done(
        "failed" if failed else "successful",
        {name: one.status for name, one in ended.items()},
        {name: one.artifacts for name, one in ended.items()},
    )


def _run_node(
    controller: Controller,
    node: Mapping[str, Any],
    inherited: Mapping[str, Any],
    variables: Mapping[str, Any],
    given: Mapping[str, Any],
    workflow: int,
    hosts: int,
    runs: Runs,
) -> Ended:
    template = controller.template(node["unified_job_template"])
    if template["type"] == "workflow_approval_template":
        return runs(Start(node["identifier"], template, {}, {}))
    survey = controller.survey(template)
    own = json.loads(template.get("extra_vars") or "{}")
    # What the workflow was given beats what jobs published.
    extra = awx_rules.job_variables(own, survey, {**node.get("extra_data", {}), **inherited, **variables})
    prompts = awx_rules.accepted(template, {**node, **{key: one for key, one in given.items() if one}})
    count = awx_rules.slices(template, hosts)
    # All slices are the jobs of a workflow of their own.
    parent = next(_ids) if count > 1 else workflow
    parts = [
        runs(
            Start(
                node["identifier"],
                template,
                {**extra, "awx_workflow_job_id": parent, "awx_job_id": next(_ids)},
                prompts,
                (at, count),
            )
        )
        for at in range(1, count + 1)
    ]
    published: dict[str, Any] = {}
    for part in parts:
        published.update(part.artifacts if part.status != "error" else {})
    failed = [part.status for part in parts if part.status in awx_rules.FAILED]
    status = parts[0].status if count == 1 else "failed" if failed else "successful"
    return Ended(status, published)


def _in_order(links: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    """Yield the nodes, each after all that lead to it."""
    left = dict(links)
    while left:
        follow = {to for one in left.values() for kind in _KINDS for to in one[kind]}
        free = [name for name in left if name not in follow]
        yield from free
        for name in free:
            del left[name]
