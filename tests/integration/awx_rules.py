# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of AWX that its API reference does not tell: what it refuses, and what a job gets.

Each is a function of plain data, so that the stand-in and the runs of workflows apply the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ENCRYPTED = "$encrypted$"

#: What a launch, a schedule or a node may set, and the field of the template that allows it.
PROMPTS = {
    "limit": "ask_limit_on_launch",
    "job_type": "ask_job_type_on_launch",
    "diff_mode": "ask_diff_mode_on_launch",
    "inventory": "ask_inventory_on_launch",
    "job_slice_count": "ask_job_slice_count_on_launch",
}
FAILED = ("failed", "error", "canceled")

_TYPES: dict[str, type] = {"text": str, "textarea": str, "password": str, "integer": int, "multiselect": list}


def questions(survey: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Return the questions of a survey."""
    found: Sequence[Mapping[str, Any]] = (survey or {}).get("spec", ())
    return found


def problems_of_survey(survey: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a survey cannot be stored."""
    for name in ("name", "description", "spec"):
        if name not in survey:
            yield f"Field '{name}' is missing from survey spec."
    if not questions(survey):
        yield "'spec' doesn't contain any items."
    for number, question in enumerate(questions(survey)):
        for name in ("type", "question_name", "variable", "required"):
            if name not in question:
                yield f"'{name}' missing from survey question {number}"
        if question.get("default", "") not in ("", *question.get("choices", [question.get("default")])):
            yield "Default choice must be answered from the choices listed."


def problems_of_answer(question: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield why AWX refuses the answer to a question. A default does not answer one that is required."""
    name = question["variable"]
    if name not in answers:
        if question["required"]:
            yield f"'{name}' value missing"
        return
    answer, kind = answers[name], question["type"]
    if kind == "multiplechoice":
        if answer not in question["choices"]:
            yield f"Value {answer} for '{name}' expected to be one of {question['choices']}."
    elif not isinstance(answer, _TYPES[kind]) or (isinstance(answer, bool) and _TYPES[kind] is not bool):
        yield f"Value {answer} for '{name}' expected to be a {'string' if _TYPES[kind] is str else kind}."


def problems_of_launch(
    template: Mapping[str, Any], survey: Mapping[str, Any] | None, given: Mapping[str, Any]
) -> Iterator[str]:
    """Yield why AWX refuses a launch, a schedule, or a node, with what they set besides the template.

    Args:
        survey: the template's, if it is on.
        given: C(extra_vars) and fields that a template may prompt for.
    """
    variables = given.get("extra_vars") or {}
    for question in questions(survey):
        yield from problems_of_answer(question, variables)
    others = set(variables) - {question["variable"] for question in questions(survey)}
    if others and not template.get("ask_variables_on_launch"):
        yield f"Variables {', '.join(sorted(others))} are not allowed on launch."
    for field, ask in PROMPTS.items():
        if given.get(field) not in (None, "", template.get(field)) and not template.get(ask):
            yield f"{field}: Field is not configured to prompt on launch."


def accepted(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return which of these fields a node's job gets: AWX drops the others without a word."""
    return {field: given[field] for field, ask in PROMPTS.items() if given.get(field) and template.get(ask)}


def job_variables(
    template_variables: Mapping[str, Any], survey: Mapping[str, Any] | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the extra variables of a job: defaults of a survey beat the template's, and the inventory's anyway."""
    defaults = {one["variable"]: one["default"] for one in questions(survey) if one.get("default") is not None}
    return {**template_variables, **defaults, **given}


def stored_inputs(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a credential after a PATCH: all of them are replaced but for secrets given as such."""
    return {name: before[name] if value == ENCRYPTED else value for name, value in given.items()}


def shown_inputs(stored: Mapping[str, Any], secret: set[str]) -> dict[str, Any]:
    """Return what AWX shows of the inputs of a credential."""
    return {name: ENCRYPTED if name in secret and value else value for name, value in stored.items()}


def reaches(links: Mapping[Any, set[Any]], start: Any, end: Any) -> bool:
    """Check whether one node of a workflow leads to another one."""
    return start == end or any(reaches(links, one, end) for one in links.get(start, ()))


def problem_of_link(others: Mapping[str, Sequence[Any]], links: Mapping[Any, set[Any]], node: Any, to: Any) -> str:
    """Return why a node cannot be linked to another one; empty when it can.

    Args:
        others: what follows the node already, by the other kinds of links.
        links: what follows each node, by any link.
    """
    if any(to in nodes for nodes in others.values()):
        return "Relationship not allowed."
    return "Cycle detected." if reaches(links, to, node) else ""


def slices(template: Mapping[str, Any], hosts: int) -> int:
    """Return how many jobs a job template makes of an inventory. One alone is a job like any other."""
    return min(template.get("job_slice_count") or 1, hosts)


def followers(status: str) -> tuple[str, ...]:
    """Return the kinds of links that are followed after a job that ended so."""
    return ("failure_nodes" if status in FAILED else "success_nodes", "always_nodes")


def is_handled(links: Mapping[str, Sequence[Any]]) -> bool:
    """Check whether the failure of a node is handled: it then fails no workflow."""
    return bool(links.get("failure_nodes") or links.get("always_nodes"))
