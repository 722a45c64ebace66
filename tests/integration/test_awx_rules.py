# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in of AWX refuses what AWX refuses, and hands on what AWX hands on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .controller import Controller, Refused
from .workflows import Done, Ended, Start, run_workflow

pytestmark = pytest.mark.one_corner

QUESTION = {"variable": "days", "question_name": "Days", "type": "text", "required": False}
CHOICE = {**QUESTION, "type": "multiplechoice", "choices": ["", "true", "false"]}


def a_template(
    controller: Controller, name: str = "audit", *questions: dict[str, Any], **fields: Any
) -> dict[str, Any]:
    controller.playbooks = ["audit.yml"]
    project = controller.add("projects", name="p")
    controller.sync(project)
    known = {"name": name, "project": project["id"], "playbook": "audit.yml", "survey_enabled": bool(questions)}
    template = controller.add("job_templates", **known, **fields)
    if questions:
        post(controller, f"{template['url']}survey_spec/", {"name": "s", "description": "", "spec": list(questions)})
    return template


def post(controller: Controller, url: str, body: Mapping[str, Any]) -> Any:
    return controller.answer("POST", url, body)[1]


def launch(controller: Controller, template: Mapping[str, Any], **given: Any) -> Any:
    return post(controller, f"{template['url']}launch/", given)


def no_playbook(controller: Controller) -> None:
    project = controller.add("projects", name="new")
    post(controller, "/api/v2/job_templates/", {"name": "t", "project": project["id"], "playbook": "audit.yml"})


def a_required_question(controller: Controller) -> None:
    launch(controller, a_template(controller, "t", {**QUESTION, "required": True, "default": "30"}))


def a_required_question_of_a_schedule(controller: Controller) -> None:
    template = a_template(controller, "t", {**QUESTION, "required": True, "default": "30"})
    post(controller, "/api/v2/schedules/", {"name": "s", "unified_job_template": template["id"]})


def a_number_for_a_text(controller: Controller) -> None:
    launch(controller, a_template(controller, "t", QUESTION), extra_vars={"days": 30})


def a_boolean_for_a_choice(controller: Controller) -> None:
    launch(controller, a_template(controller, "t", CHOICE), extra_vars={"days": True})


def a_default_that_is_no_choice(controller: Controller) -> None:
    a_template(controller, "t", {**CHOICE, "default": "maybe"})


def variables_without_a_prompt(controller: Controller) -> None:
    launch(controller, a_template(controller, "t", QUESTION), extra_vars={"redis_enterprise_url": "https://elsewhere"})


def a_limit_without_a_prompt(controller: Controller) -> None:
    launch(controller, a_template(controller), limit="payments")


def variables_of_a_node(controller: Controller) -> None:
    body = {"identifier": "n", "unified_job_template": a_template(controller)["id"], "extra_data": {"stage": "after"}}
    post(controller, "/api/v2/workflow_job_template_nodes/", body)


def a_credential_type_of_a_user(controller: Controller) -> None:
    controller.superuser = False
    post(controller, "/api/v2/credential_types/", {"name": "Redis Enterprise"})


def two_links_between_the_same_nodes(controller: Controller) -> None:
    first, second = (controller.add("workflow_job_template_nodes", identifier=name) for name in "ab")
    for kind in ("always_nodes", "failure_nodes"):
        post(controller, f"{first['url']}{kind}/", {"id": second["id"]})


def a_circle(controller: Controller) -> None:
    first, second = (controller.add("workflow_job_template_nodes", identifier=name) for name in "ab")
    post(controller, f"{first['url']}always_nodes/", {"id": second["id"]})
    post(controller, f"{second['url']}success_nodes/", {"id": first["id"]})


#: What is asked, and what AWX says.
REFUSED: dict[Callable[[Controller], None], tuple[int, str]] = {
    no_playbook: (400, "Playbook not found for project."),
    a_required_question: (400, "'days' value missing"),
    a_required_question_of_a_schedule: (400, "'days' value missing"),
    a_number_for_a_text: (400, "expected to be a string"),
    a_boolean_for_a_choice: (400, "expected to be one of ['', 'true', 'false']"),
    a_default_that_is_no_choice: (400, "Default choice must be answered"),
    variables_without_a_prompt: (400, "Variables redis_enterprise_url are not allowed on launch."),
    a_limit_without_a_prompt: (400, "limit: Field is not configured to prompt on launch."),
    variables_of_a_node: (400, "Variables stage are not allowed on launch."),
    a_credential_type_of_a_user: (403, "You do not have permission"),
    two_links_between_the_same_nodes: (400, "Relationship not allowed."),
    a_circle: (400, "Cycle detected."),
}


@pytest.mark.parametrize("request_", REFUSED, ids=lambda one: one.__name__)
def test_what_awx_refuses(request_: Callable[[Controller], None]) -> None:
    status, detail = REFUSED[request_]
    with Controller() as controller, pytest.raises(Refused, match=re.escape(detail)) as refused:
        request_(controller)
    assert refused.value.status == status


def test_defaults_of_a_survey_beat_the_template_and_answers_beat_both() -> None:
    with Controller() as controller:
        questions = ({**QUESTION, "default": "30"}, {**CHOICE, "variable": "force"})
        template = a_template(controller, "t", *questions, extra_vars=json.dumps({"days": "7", "own": 1}))
        assert launch(controller, template)["extra_vars"] == {"days": "30", "own": 1}
        given = {"days": "", "force": ""}
        assert launch(controller, template, extra_vars=given)["extra_vars"] == {**given, "own": 1}


def test_a_change_of_inputs_replaces_all_of_them() -> None:
    fields = [{"id": "password", "secret": True}, {"id": "token", "secret": True}, {"id": "username"}]
    with Controller() as controller:
        kind = controller.add("credential_types", name="k", inputs={"fields": fields})
        inputs = {"username": "me", "password": "secret", "token": "t"}
        one = controller.add("credentials", name="c", credential_type=kind["id"], inputs=inputs)
        hidden = {"username": "me", "password": "$encrypted$", "token": "$encrypted$"}
        assert controller.answer("GET", one["url"], None)[1]["inputs"] == hidden
        body = {"inputs": {"username": "you", "password": "$encrypted$"}}
        controller.answer("PATCH", one["url"], body)
        assert one["inputs"] == {"username": "you", "password": "secret"}


def a_workflow(controller: Controller, links: Mapping[str, Mapping[str, list[str]]], **slices: int) -> None:
    workflow = controller.add("workflow_job_templates", name="w", extra_vars=json.dumps({"own": "workflow"}))
    nodes = {}
    for name in links:
        template = a_template(controller, name, job_slice_count=slices.get(name, 1))
        fields = {"identifier": name, "workflow_job_template": workflow["id"]}
        nodes[name] = controller.add("workflow_job_template_nodes", unified_job_template=template["id"], **fields)
    for name, kinds in links.items():
        for kind, others in kinds.items():
            for other in others:
                post(controller, f"{nodes[name]['url']}{kind}_nodes/", {"id": nodes[other]["id"]})


def ended(links: Mapping[str, Mapping[str, list[str]]], **statuses: str) -> tuple[Done, dict[str, Mapping[str, Any]]]:
    """Run a workflow whose jobs end so."""
    got: dict[str, Mapping[str, Any]] = {}

    def run(start: Start) -> Ended:
        got[start.node] = start.extra_vars
        status = statuses.get(start.node, "successful")
        return Ended(status, {} if status == "error" else {"last": start.node, start.node: 1, "own": "job"})

    with Controller() as controller:
        a_workflow(controller, links)
        return run_workflow(controller, "w", run), got


def test_artifacts_are_inherited_and_the_last_one_wins() -> None:
    links: dict[str, dict[str, list[str]]] = {"a": {"always": ["b"]}, "b": {"always": ["c"]}, "c": {}}
    _done, got = ended(links)
    assert {name: got["c"][name] for name in ("last", "a", "b", "own")} == {
        "last": "b",
        "a": 1,
        "b": 1,
        "own": "workflow",
    }
    # What a job publishes that was lost is what was there before.
    _done, got = ended(links, b="error")
    assert got["c"]["last"] == "a"


def test_a_failure_with_a_successor_by_always_or_failure_is_handled() -> None:
    always: dict[str, dict[str, list[str]]] = {"a": {"always": ["b"]}, "b": {}}
    assert ended(always, a="failed")[0].status == "successful"
    assert ended(always, b="failed")[0].status == "failed"
    failure: dict[str, dict[str, list[str]]] = {"a": {"failure": ["b"]}, "b": {}}
    assert ended(failure, a="error")[0].status == "successful"
    assert ended(failure)[0].ran == {"a": "successful"}
    success: dict[str, dict[str, list[str]]] = {"a": {"success": ["b"]}, "b": {}}
    assert ended(success, a="failed")[0] == Done("failed", {"a": "failed"}, {"a": {"last": "a", "a": 1, "own": "job"}})


def test_slices_are_jobs_of_a_workflow_of_their_own() -> None:
    seen: list[tuple[int, Any]] = []

    def run(start: Start) -> Ended:
        seen.append((start.slice[0], start.extra_vars["awx_workflow_job_id"]))
        return Ended("error" if start.slice[0] == 2 else "successful", {"slice": start.slice[0]})

    with Controller() as controller:
        a_workflow(controller, {"a": {"always": ["b"]}, "b": {}}, a=3)
        done = run_workflow(controller, "w", run, hosts=4)
    (first, parent), *others, (_number, workflow) = seen
    assert (first, others, parent == workflow) == (1, [(2, parent), (3, parent)], False)
    assert done.artifacts["a"] == {"slice": 3}
    assert done.ran["a"] == "failed"
