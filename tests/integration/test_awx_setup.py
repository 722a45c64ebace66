# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role awx_setup, through its playbook, with the modules of awx.awx and a stand-in for the API of AWX."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import ENVIRONMENT, INSECURE
from simulator import Cluster
from simulator.authority import Authority
from simulator.keys import secret_lines

from . import awx_rules
from .controller import Controller, Refused
from .jobs import ROOT, credential_type, injected
from .runs import COLLECTIONS, PREFIX, PROGRAMS, Ansible, Run, interpreter, task
from .test_secrets import assert_absent

#: One worker sets it up once.
pytestmark = [pytest.mark.xdist_group("awx_setup"), pytest.mark.one_corner]

AWX = ROOT / ".venv/collections-awx"
PLAYBOOK = f"{PREFIX}.awx_setup"
PASSWORD = "correct horse battery staple"
CA = "-----BEGIN CERTIFICATE-----\n"
CREDENTIAL = {"username": "operator@example.com", "password": PASSWORD}
#: Of the example project.
FILES = [path.name for path in (ROOT / "docs/examples/awx/project").glob("*.yml")]
WORKFLOW = "Redis certificates: audit, approve, rotate, audit"
BACK = "Redis certificates: approve, roll back, audit"
SLICED_AUDIT = "Redis certificates: audit and merge"
#: What docs/awx.md has its readers write.
DOCUMENTED = (ROOT / "docs/awx.md").read_text("utf-8").partition("   ```yaml\n")[2].partition("   ```")[0]
_WRITTEN: dict[str, Any] = yaml.safe_load(textwrap.dedent(DOCUMENTED))
_NAMES = ("project", "inventory", "execution_environment", "credential", "credentials")
GIVEN = {name: _WRITTEN[name] for name in (f"awx_setup_{one}" for one in _NAMES)}
OPERATOR = GIVEN["awx_setup_credential"]


@pytest.fixture
def controller() -> Iterator[Controller]:
    with stand_in() as started:
        yield started


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """One that was set up by what docs/awx.md has its readers write."""
    with stand_in() as started:
        ansible = Ansible(tmp_path_factory.mktemp("awx"))
        (ansible.folder / "redis-ca.pem").write_text(CA)
        (ansible.folder / "awx.yml").write_text(textwrap.dedent(DOCUMENTED))
        # As a shell has it.
        environment = {"PWD": str(ansible.folder), "REDIS_PASSWORD": PASSWORD}
        set_up(ansible, started, "-e", "@awx.yml", environment=environment)
        yield started


@contextlib.contextmanager
def stand_in() -> Iterator[Controller]:
    """A stand-in for AWX that has what the role expects to be there."""
    with Controller() as started:
        organization = started.add("organizations", name="Default")["id"]
        started.playbooks = [f"{folder}{one}" for folder in ("", "playbooks/") for one in FILES]
        started.sync(started.add("projects", name="Redis certificates", organization=organization, scm_revision=""))
        started.add("inventories", name="Redis clusters", organization=organization)
        started.add("execution_environments", name="Redis certificates")
        for name in ("Redis vault", "Cloud"):
            kind = started.add("credential_types", name=name)["id"]
            started.add("credentials", name=name, organization=organization, credential_type=kind)
        started.add("users", username="ann")
        started.add("teams", name="Security", organization=organization)
        started.add("teams", name="Database operators", organization=organization)
        started.add("notification_templates", name="Operations chat")
        yield started


def set_up(
    ansible: Ansible,
    controller: Controller,
    *arguments: str,
    ok: bool = True,
    warns: bool = False,
    environment: Mapping[str, str] | None = None,
    **variables: Any,
) -> Run:
    # A run has dozens of modules of awx.awx.
    python = interpreter(str(PROGRAMS / "python"), f"{AWX}/ansible_collections/awx/awx/plugins")
    given = {**GIVEN, "ansible_python_interpreter": python, **variables}
    (ansible.folder / "given.json").write_text(json.dumps(given))
    (ansible.home / "tmp").mkdir(mode=0o700, exist_ok=True)  # or Ansible warns that it makes it
    controller.writes.clear()
    return ansible.playbook(
        PLAYBOOK,
        "-e",
        "@given.json",
        "-vvv",
        *arguments,
        environment={
            "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{AWX}",
            "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "ignore",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",  # awx.awx uses what ansible-core will remove
            "CONTROLLER_HOST": controller.url,
            "CONTROLLER_OAUTH_TOKEN": "a token of the tests",
            # The stand-in speaks no TLS, and most of the time of a module went into loading the CAs for each request.
            "SSL_CERT_FILE": os.devnull,
            "SSL_CERT_DIR": os.devnull,
            **(environment or {}),
        },
        # After a sync Ansible warns of a field of the result, and the module of secrets that it cannot compare.
    ).expect(ok=ok, warnings=warns)


def links(controller: Controller, workflow: str = WORKFLOW) -> dict[str, dict[str, list[str]]]:
    """What follows each node of a workflow."""
    found = {}
    for name, node in controller.nodes(workflow).items():
        kinds = {kind: controller.tied(node, f"{kind}_nodes") for kind in ("always", "success", "failure")}
        found[name] = {kind: others for kind, others in kinds.items() if others}
    return found


PLAIN: dict[str, dict[str, list[str]]] = {
    "audit": {"always": ["plan"]},
    "plan": {"success": ["approval"], "failure": ["possible"]},
    "possible": {"success": ["approval_of_the_others"]},
    "approval": {"success": ["rotate"]},
    "approval_of_the_others": {"success": ["rotate"]},
    "rotate": {"always": ["audit_again"], "failure": ["failed"]},
    "failed": {},
    "audit_again": {},
}
SLICED = {
    **PLAIN,
    "audit": {"always": ["report"]},
    "report": {"always": ["plan"]},
    "audit_again": {"always": ["report_again"]},
    "report_again": {},
}
ROLLBACK = {
    "plan": {"success": ["approval"], "failure": ["possible"]},
    "possible": {"success": ["approval_of_the_others"]},
    "approval": {"success": ["rollback"]},
    "approval_of_the_others": {"success": ["rollback"]},
    "rollback": {"always": ["audit"], "failure": ["failed"]},
    "failed": {},
    "audit": {},
}
AUDITS = (
    "/shared/redis-certificates/audits/{{ awx_workflow_job_id | default('single') }}"
    "{{ '/' ~ audit_run if audit_run is defined else '' }}/{{ awx_job_id }}"
)
#: For each job template of an AWX without slices, what it runs.
PLAYBOOKS = {
    "audit": "audit.yml",
    "rotate": "rotate.yml",
    "roll back": "rollback.yml",
    "report a failed rotation": "rotation_failed.yml",
}


def test_what_is_set_up(made: Controller) -> None:
    templates = made.named("job_templates")
    assert {name: one["playbook"] for name, one in templates.items()} == {
        f"Redis certificates: {name}": file for name, file in PLAYBOOKS.items()
    }
    for one in templates.values():
        assert one["organization"] == made.named("organizations")["Default"]["id"]
        assert one["project"] == made.named("projects")["Redis certificates"]["id"]
        assert one["inventory"] == made.named("inventories")["Redis clusters"]["id"]
        assert one["execution_environment"] == made.named("execution_environments")["Redis certificates"]["id"]
        assert sorted(made.tied(one, "credentials")) == [OPERATOR, "Redis vault"]
    assert {name.partition(": ")[2]: json.loads(one["extra_vars"]) for name, one in templates.items()} == {
        "audit": {
            "audit_output_directory": AUDITS,
            "audit_retention_days": 90,
            "audit_retention_directory": "/shared/redis-certificates/audits",
        },
        "rotate": {"rotation_backup": "/shared/redis-certificates/backups"},
        "roll back": {"rotation_backup": "/shared/redis-certificates/backups"},
        "report a failed rotation": {},
    }
    assert sorted(made.named("workflow_job_templates")) == [BACK, WORKFLOW]
    assert links(made) == PLAIN
    assert links(made, BACK) == ROLLBACK
    for workflow, template in ((WORKFLOW, "rotate"), (BACK, "roll back")):
        plan = made.nodes(workflow)["plan"]
        assert plan["job_type"] == "check"
        assert made.template(plan["unified_job_template"]) == templates[f"Redis certificates: {template}"]
        approval = made.template(made.nodes(workflow)["approval"]["unified_job_template"])
        assert "in check mode, shows what would be" in approval["description"]
        possible = made.nodes(workflow)["possible"]
        assert possible["job_type"] == "check"
        failed = made.template(possible["unified_job_template"])
        assert failed == templates["Redis certificates: report a failed rotation"]
    inputs = made.named("credentials")[OPERATOR]["inputs"]
    assert inputs == {**CREDENTIAL, "ca_certificate": CA.strip()}
    (schedule,) = made.objects["schedules"].values()
    assert schedule["unified_job_template"] == templates["Redis certificates: audit"]["id"]
    assert "FREQ=DAILY" in schedule["rrule"]


def test_launches_need_no_answer_and_beat_no_inventory(made: Controller) -> None:
    """Nothing is set that would take precedence over the inventory."""
    for collection in ("job_templates", "workflow_job_templates"):
        for name, one in made.named(collection).items():
            _status, launched = made.answer("POST", f"{one['url']}launch/", {})
            assert launched["extra_vars"] == json.loads(one.get("extra_vars") or "{}"), name
            questions = awx_rules.questions(made.survey(one))
            empty = {question["variable"]: "" for question in questions}
            made.answer("POST", f"{one['url']}launch/", {"extra_vars": empty})
            with pytest.raises(Refused, match="not allowed on launch"):
                made.answer(
                    "POST", f"{one['url']}launch/", {"extra_vars": {"redis_enterprise_url": "https://elsewhere"}}
                )


def test_it_is_used_changed_and_removed(ansible: Ansible, controller: Controller) -> None:
    """An AWX over its life, in one test since each run takes seconds."""
    variables: dict[str, Any] = {
        "awx_setup_credential_inputs": CREDENTIAL,
        "awx_setup_shared_directory": "/shared",
        "awx_setup_retention_days": 90,
        "awx_setup_playbook_directory": "playbooks",
        "awx_setup_notifications": ["Operations chat"],
        "awx_setup_labels": ["redis"],
        "awx_setup_operators": {"users": ["ann"]},
        "awx_setup_approvers": {"teams": ["Security"]},
    }
    # Nothing is there yet, and the project was never synced.
    project = controller.named("projects")["Redis certificates"]
    controller.sync(project, [])
    run = set_up(ansible, controller, "--check", ok=False, **variables)
    assert (
        "has no playbooks/audit.yml, playbooks/rollback.yml, playbooks/rotate.yml, playbooks/rotation_failed.yml"
        in run.output
    )
    assert "yet; it would be synced" in run.output
    controller.sync(project)
    run = set_up(ansible, controller, "--check", **variables)
    assert f"Would create: Redis Enterprise, {OPERATOR}, Redis certificates: audit" in run.output
    assert controller.writes == []

    # An earlier release made a workflow without a prediction.
    organization = controller.named("organizations")["Default"]["id"]
    workflow = controller.add("workflow_job_templates", name=WORKFLOW, organization=organization)
    audit, approval = (
        controller.add("workflow_job_template_nodes", identifier=name, workflow_job_template=workflow["id"])
        for name in ("audit", "approval")
    )
    controller.answer("POST", f"{audit['url']}always_nodes/", {"id": approval["id"]})
    controller.sync(project, [])
    run = set_up(ansible, controller, **variables, awx_setup_slices=4, warns=True)
    assert_absent({PASSWORD}, run, ansible.home)
    templates = controller.named("job_templates")
    assert {name.partition(": ")[2]: (one["playbook"], one["job_slice_count"]) for name, one in templates.items()} == {
        **{name: (f"playbooks/{file}", 1) for name, file in PLAYBOOKS.items()},
        "audit": ("playbooks/audit.yml", 4),
        "audit after a rotation": ("playbooks/audit.yml", 4),
        "merge the audit's slices": ("playbooks/audit_report.yml", 1),
        "merge the slices of the audit after a rotation": ("playbooks/audit_report.yml", 1),
    }
    for one in ("merge the audit's slices", "merge the slices of the audit after a rotation"):
        assert set(json.loads(templates[f"Redis certificates: {one}"]["extra_vars"])) <= set(options("audit", "merge"))
    for one, place in (("audit", "audits"), ("merge the audit's slices", "reports")):
        sets = json.loads(templates[f"Redis certificates: {one}"]["extra_vars"])
        assert (sets["audit_retention_days"], sets["audit_retention_directory"]) == (90, f"/shared/{place}")
    assert links(controller) == SLICED
    workflows = controller.named("workflow_job_templates")
    assert links(controller, SLICED_AUDIT) == {"audit": {"always": ["report"]}, "report": {}}
    (schedule,) = controller.objects["schedules"].values()
    assert schedule["unified_job_template"] == workflows[SLICED_AUDIT]["id"]
    for made_workflow in (workflows[WORKFLOW], workflows[BACK]):
        for kind, expected in (("approvals", ["Operations chat"]), ("error", ["Operations chat"])):
            assert controller.tied(made_workflow, f"notification_templates_{kind}") == expected
        assert controller.tied(made_workflow, "labels") == ["redis"]
        assert controller.holders(made_workflow, "execute") == ["ann"]
        assert controller.holders(made_workflow, "approval") == ["Security"]

    # What is added by hand is left alone, and an empty secret erases none.
    audit = templates["Redis certificates: audit"]
    controller.answer("POST", f"{audit['url']}credentials/", {"id": controller.named("credentials")["Cloud"]["id"]})
    variables["awx_setup_credential_inputs"] = {**CREDENTIAL, "password": ""}
    controller.superuser = False
    again = set_up(ansible, controller, **variables, awx_setup_slices=4)
    assert "changed=0 " in again.output
    assert controller.writes == []
    assert sorted(controller.tied(audit, "credentials")) == ["Cloud", OPERATOR, "Redis vault"]

    # Other inputs alone change; a secret is stored where there is none.
    credential = controller.named("credentials")[OPERATOR]
    given = {"ca_certificate": "a CA", "token": "a-token", "password": "another password"}
    variables["awx_setup_credential_inputs"] = given
    set_up(ansible, controller, **variables)
    assert credential["inputs"] == {**CREDENTIAL, "ca_certificate": "a CA", "token": "a-token"}
    # And slices were given up.
    assert links(controller) == PLAIN
    assert len(controller.named("job_templates")) == len(PLAYBOOKS)
    assert sorted(controller.named("workflow_job_templates")) == [BACK, WORKFLOW]
    (schedule,) = controller.objects["schedules"].values()
    assert schedule["unified_job_template"] == audit["id"]

    variables |= {"awx_setup_update_secrets": True, "awx_setup_audit_schedule": ""}
    run = set_up(ansible, controller, **variables, warns=True)
    assert credential["inputs"]["password"] == "another password"
    assert_absent({PASSWORD, "another password", "a-token"}, run, ansible.home)
    assert controller.objects["schedules"] == {}

    set_up(ansible, controller, **variables, awx_setup_state="absent")
    assert [controller.objects[one] for one in ("job_templates", "workflow_job_templates")] == [{}, {}]
    assert OPERATOR in controller.named("credentials")
    set_up(ansible, controller, **variables, awx_setup_state="absent", awx_setup_remove_credentials=True)
    assert sorted(controller.named("credentials")) == ["Cloud", "Redis vault"]
    assert "Redis Enterprise" not in controller.named("credential_types")


def test_what_is_missing_is_said_before_anything_is_made(ansible: Ansible, controller: Controller) -> None:
    run = set_up(ansible, controller, ok=False, awx_setup_slices=2)
    assert "awx_setup_slices: the job that merges the slices needs the report of each." in run.output
    controller.superuser = False
    run = set_up(ansible, controller, ok=False)
    assert (
        "AWX has no credential type named Redis Enterprise, and only a system administrator may create one"
        in run.output
    )
    controller.superuser = True
    missing: dict[str, Any] = {
        "awx_setup_inventory": "None",
        "awx_setup_credentials": ["Lost"],
        "awx_setup_operators": {"teams": ["Lost"]},
    }
    run = set_up(ansible, controller, ok=False, **missing)
    for option, collection in zip(missing, ("inventories", "credentials", "teams")):
        name = "None" if option == "awx_setup_inventory" else "Lost"
        assert f"{option}: AWX has nothing named {name} among its {collection}." in run.output
    assert controller.writes == []
    controller.playbooks = ["audit.yml"]
    controller.sync(controller.named("projects")["Redis certificates"])
    run = set_up(ansible, controller, ok=False, warns=True)
    assert "has no rollback.yml, rotate.yml, rotation_failed.yml after a sync." in run.output
    assert "job_templates" not in controller.objects


def options(role: str, entry_point: str = "main") -> dict[str, Any]:
    content = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text("utf-8"))
    declared: dict[str, Any] = content["argument_specs"][entry_point]["options"]
    return declared


#: The role, and the entry point, that the playbook of each job template runs.
RUNS = {"audit": ("audit", "main"), "rotate": ("rotation", "main"), "roll back": ("rotation", "rollback")}


@pytest.mark.parametrize("name", RUNS)
def test_what_job_templates_and_surveys_set_are_variables_of_the_roles(made: Controller, name: str) -> None:
    template = made.named("job_templates")[f"Redis certificates: {name}"]
    declared = options(*RUNS[name])
    assert set(json.loads(template["extra_vars"])) <= set(declared)
    survey = made.survey(template)
    assert (survey is not None) is (name != "roll back")
    for question in awx_rules.questions(survey):
        variable = question["variable"].removeprefix("survey_")
        assert (question["required"], question.get("default")) == (False, None)
        if question["type"] == "text":
            assert declared[variable]["type"] in ("int", "raw", "list")
        else:
            assert declared[variable]["type"] == "bool" or variable == "rotation_serial"
            assert question["choices"][0] == ""


def tasks_of(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Tasks, also those in blocks."""
    for one in found:
        yield one
        for part in ("block", "rescue"):
            yield from tasks_of(one.get(part, []))


def test_every_field_exists_in_the_modules(ansible: Ansible) -> None:
    """Also in tasks that a run may skip."""
    files = sorted((ROOT / "roles/awx_setup/tasks").glob("*.yml"))
    tasks = [one for path in files for one in tasks_of(yaml.safe_load(path.read_text("utf-8")))]
    given = [(name, fields) for one in tasks for name, fields in one.items() if name.startswith("awx.awx.")]
    assert len(given) >= 18
    done = subprocess.run(
        [str(PROGRAMS / "ansible-doc"), "--json", *sorted({name for name, dummy in given})],
        env=ansible.environment({"ANSIBLE_COLLECTIONS_PATH": str(AWX)}),
        check=True,
        capture_output=True,
        text=True,
    )
    documented = json.loads(done.stdout)
    for name, fields in given:
        assert set(fields) <= set(documented[name]["doc"]["options"]), name


def test_the_credential_type_injects_every_variable_of_a_login(made: Controller) -> None:
    kind = made.named("credential_types")["Redis Enterprise"]
    assert {name: kind[name] for name in ("inputs", "injectors")} == credential_type()
    injectors = kind["injectors"]
    assert set(injectors["env"]) == {*ENVIRONMENT.values(), INSECURE} - {ENVIRONMENT["url"]}
    secret = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
    assert secret == {"password", "token", "client_key"}


def test_what_is_injected_logs_in(ansible: Ansible, made: Controller, authority: Authority) -> None:
    kind = made.named("credential_types")["Redis Enterprise"]
    with Cluster(nodes=1, database="none") as cluster:
        user, ca = cluster.user("admin"), Path(cluster.ca_path).read_text("ascii")
        cluster.set_certificate("mtls_trusted_ca", authority.ca_pem, None)
        client = authority.issue(user.username, sans=[], eku=["clientAuth"])
        by_password = {"username": user.username, "password": user.password}
        logins: dict[str, dict[str, Any]] = {
            "password": {**by_password, "ca_certificate": ca},
            "token": {"token": cluster.token("admin"), "ca_certificate": ca, "client_key": ""},
            "client": {
                "client_certificate": client.certificate_pem,
                "client_key": str(client.key_pem),
                "ca_certificate": ca,
            },
            "insecure": {**by_password, "insecure": True},
        }
        secrets = {user.password, logins["token"]["token"], *secret_lines(str(client.key_pem))}
        for inputs in logins.values():
            environment = injected(kind, inputs, ansible.folder)
            read = task("read", "cluster_certificate_info", {"url": cluster.url})
            run = ansible.tasks([read], "-vvv", environment=environment).expect()
            assert run["read"].result["cluster"]["name"] == cluster.fqdn
            assert_absent(secrets, run, ansible.home)
        unverified = injected(kind, by_password, ansible.folder)
        refused = ansible.tasks([read], environment=unverified).expect(ok=False)["read"]
        assert refused.failure["kind"] == "tls_untrusted"
