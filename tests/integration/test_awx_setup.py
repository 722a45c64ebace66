# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role awx_setup, through its playbook, with the modules of awx.awx and a stand-in for the API of AWX."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import ENVIRONMENT, INSECURE
from simulator import Cluster
from simulator.authority import Authority

from .controller import Controller
from .jobs import ROOT, credential_type, injected
from .runs import COLLECTIONS, PREFIX, PROGRAMS, Ansible, Run, task
from .test_secrets import assert_absent, key_lines

#: One worker sets it up once.
pytestmark = [pytest.mark.xdist_group("awx_setup"), pytest.mark.one_corner]

AWX = ROOT / ".venv/collections-awx"
PLAYBOOK = f"{PREFIX}.awx_setup"
PASSWORD = "correct horse battery staple"
CREDENTIAL = {"username": "operator@example.com", "password": PASSWORD}
#: Of the example project.
FILES = [path.name for path in (ROOT / "docs/examples/awx/project").glob("*.yml")]
GIVEN = {
    "awx_setup_project": "Playbooks",
    "awx_setup_inventory": "Clusters",
    "awx_setup_execution_environment": "Certificates",
    "awx_setup_credential": "Operator",
    "awx_setup_credentials": ["Vault"],
}


@pytest.fixture
def controller() -> Iterator[Controller]:
    with stand_in() as started:
        yield started


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """One that was set up with what most want."""
    with stand_in() as started:
        ansible = Ansible(tmp_path_factory.mktemp("awx"))
        set_up(ansible, started, awx_setup_credential_inputs=CREDENTIAL, awx_setup_shared_directory="/shared")
        yield started


@contextlib.contextmanager
def stand_in() -> Iterator[Controller]:
    """A stand-in for AWX that has what the role expects to be there."""
    with Controller() as started:
        organization = started.add("organizations", name="Default")["id"]
        started.playbooks = [f"{folder}{one}" for folder in ("", "playbooks/") for one in FILES]
        started.sync(started.add("projects", name="Playbooks", organization=organization))
        started.add("inventories", name="Clusters", organization=organization)
        started.add("execution_environments", name="Certificates")
        started.add("credentials", name="Vault", organization=organization)
        yield started


def set_up(ansible: Ansible, controller: Controller, *, ok: bool = True, **variables: Any) -> Run:
    (ansible.folder / "given.json").write_text(json.dumps({**GIVEN, **variables}))
    (ansible.home / "tmp").mkdir(mode=0o700, exist_ok=True)  # or Ansible warns that it makes it
    controller.writes.clear()
    return ansible.playbook(
        PLAYBOOK,
        "-e",
        "@given.json",
        "-vvv",
        environment={
            "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{AWX}",
            "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "ignore",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",  # awx.awx uses what ansible-core will remove
            "CONTROLLER_HOST": controller.url,
            "CONTROLLER_OAUTH_TOKEN": "a token of the tests",
        },
    ).expect(ok=ok)


def links(controller: Controller) -> dict[str, dict[str, list[str]]]:
    """What follows each node of the workflow."""
    return {
        name: {kind: controller.tied(node, f"{kind}_nodes") for kind in ("always", "success")}
        for name, node in controller.named("workflow_job_template_nodes").items()
    }


PLAIN = {
    "audit": {"always": ["approval"], "success": []},
    "approval": {"always": [], "success": ["rotate"]},
    "rotate": {"always": ["audit_again"], "success": []},
    "audit_again": {"always": [], "success": []},
}
AUDITS = "/shared/audits/{{ awx_workflow_job_id | default('single') }}/{{ awx_job_id }}"


def test_what_is_set_up(made: Controller) -> None:
    templates = made.named("job_templates")
    assert {name: one["playbook"] for name, one in templates.items()} == {
        "Redis certificates: audit": "audit.yml",
        "Redis certificates: rotate": "rotate.yml",
        "Redis certificates: roll back": "rollback.yml",
    }
    for one in templates.values():
        assert one["organization"] == made.named("organizations")["Default"]["id"]
        assert one["project"] == made.named("projects")["Playbooks"]["id"]
        assert one["inventory"] == made.named("inventories")["Clusters"]["id"]
        assert one["execution_environment"] == made.named("execution_environments")["Certificates"]["id"]
        assert sorted(made.tied(one, "credentials")) == ["Operator", "Vault"]
    assert {name: json.loads(one["extra_vars"]) for name, one in templates.items()} == {
        "Redis certificates: audit": {"audit_output_directory": AUDITS},
        "Redis certificates: rotate": {"rotation_backup": "/shared/backups"},
        "Redis certificates: roll back": {"rotation_backup": "/shared/backups"},
    }
    assert links(made) == PLAIN
    (approval,) = made.objects["workflow_approval_templates"].values()
    assert approval["id"] == made.named("workflow_job_template_nodes")["approval"]["unified_job_template"]


def test_more_slices_and_fewer_again(ansible: Ansible, controller: Controller) -> None:
    variables: dict[str, Any] = {
        "awx_setup_credential_inputs": CREDENTIAL,
        "awx_setup_shared_directory": "/shared",
        "awx_setup_playbook_directory": "playbooks",
    }
    run = set_up(ansible, controller, **variables, awx_setup_slices=4)
    assert_absent({PASSWORD}, run, ansible.home)
    templates = controller.named("job_templates")
    assert {name: (one["playbook"], one["job_slice_count"]) for name, one in templates.items()} == {
        "Redis certificates: audit": ("playbooks/audit.yml", 4),
        "Redis certificates: merge the audit's slices": ("playbooks/audit_report.yml", 1),
        "Redis certificates: rotate": ("playbooks/rotate.yml", 1),
        "Redis certificates: roll back": ("playbooks/rollback.yml", 1),
    }
    merge = json.loads(templates["Redis certificates: merge the audit's slices"]["extra_vars"])
    assert merge["audit_data_paths"] == ["{{ audit_files.json | dirname | dirname }}"]
    assert set(merge) <= set(options("audit", "merge"))
    assert links(controller) == {
        **PLAIN,
        "audit": {"always": ["report"], "success": []},
        "report": {"always": ["approval"], "success": []},
        "audit_again": {"always": ["report_again"], "success": []},
        "report_again": {"always": [], "success": []},
    }
    # AWX never shows what is secret.
    controller.named("credentials")["Operator"]["inputs"]["password"] = "$encrypted$"
    again = set_up(ansible, controller, **variables, awx_setup_slices=4)
    assert "changed=0 " in again.output
    assert {method for method, dummy in controller.writes} <= {"PATCH"}
    assert controller.named("credentials")["Operator"]["inputs"]["password"] == "$encrypted$"

    set_up(ansible, controller, **variables)
    assert links(controller) == PLAIN
    assert len(controller.named("job_templates")) == 3


def test_slices_need_a_folder_that_all_see(ansible: Ansible, controller: Controller) -> None:
    run = set_up(ansible, controller, ok=False, awx_setup_slices=2)
    assert "awx_setup_slices: the job that merges the slices needs the report of each." in run.output
    assert controller.writes == []


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
    survey = made.surveys.get(template["id"])
    assert template["survey_enabled"] is (survey is not None) is (name != "roll back")
    for question in survey["spec"] if survey else ():
        option = declared[question["variable"]]
        assert {"question_name", "type", "required"} <= set(question)
        if question["type"] == "integer":
            assert option["type"] == "int"
            assert question["default"] == option["default"]
        elif question["type"] == "multiplechoice":
            assert option["type"] == "bool"
            assert sorted(question["choices"]) == ["false", "true"]
            assert question["default"] == str(option.get("default", True)).lower()
        else:
            assert (question["type"], option["type"]) == ("text", "raw")
            assert question["default"] == str(option.get("default", 1))


def test_every_field_exists_in_the_modules(ansible: Ansible) -> None:
    """Also in tasks that a run may skip."""
    tasks = [
        one
        for path in sorted((ROOT / "roles/awx_setup/tasks").glob("*.yml"))
        for one in yaml.safe_load(path.read_text("utf-8"))
    ]
    given = [(name, fields) for one in tasks for name, fields in one.items() if name.startswith("awx.awx.")]
    assert len(given) >= 8
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
        secrets = {user.password, logins["token"]["token"], *key_lines(str(client.key_pem))}
        for inputs in logins.values():
            environment = injected(kind, inputs, ansible.folder)
            read = task("read", "cluster_certificate_info", {"url": cluster.url})
            run = ansible.tasks([read], "-vvv", environment=environment).expect()
            assert run["read"].result["cluster"]["name"] == cluster.fqdn
            assert_absent(secrets, run, ansible.home)
        unverified = injected(kind, by_password, ansible.folder)
        refused = ansible.tasks([read], environment=unverified).expect(ok=False)["read"]
        assert refused.failure["kind"] == "tls_untrusted"
