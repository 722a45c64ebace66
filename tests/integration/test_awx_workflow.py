# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflow that the role awx_setup makes, run node by node as AWX does: what each job gets, and its colour."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jinja2.nativetypes import NativeEnvironment
from simulator import Cluster, Fault
from simulator.authority import Authority

from .controller import Controller
from .jobs import Job, Jobs
from .runs import Ansible
from .test_awx_runner import VAULT, changed, host, login
from .test_awx_setup import BACK, CREDENTIAL, WORKFLOW, set_up, stand_in
from .test_rotation import folder, from_folder
from .workflows import Ended, Start, run_workflow

#: One worker sets it up once.
pytestmark = [pytest.mark.xdist_group("awx_workflow"), pytest.mark.one_corner]

SHARED = "/shared"
SLICES = 2


@pytest.fixture(scope="module")
def awx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    with stand_in() as started:
        given: dict[str, Any] = {"awx_setup_shared_directory": SHARED, "awx_setup_credential_inputs": CREDENTIAL}
        set_up(Ansible(tmp_path_factory.mktemp("awx")), started, **given, awx_setup_slices=SLICES)
        yield started


OK = "successful"
BEFORE = {"audit": OK, "report": OK, "plan": OK}
AFTER = {"audit_again": OK, "report_again": OK}
ALL = {**BEFORE, "approval": OK, "rotate": OK, **AFTER}
#: The prediction fails for some clusters.
SOME = {**BEFORE, "possible": OK, "approval_of_the_others": OK}
#: How jobs end, and the colour of the workflow, with the nodes that ran.
COLOURS: dict[str, tuple[dict[str, str], str, Mapping[str, str]]] = {
    "all is well": ({}, OK, ALL),
    "the first audit finds something": ({"audit": "failed", "report": "failed"}, OK, ALL),
    "the first audit is lost": ({"audit": "error", "report": "failed"}, OK, ALL),
    "the prediction fails for all": ({"plan": "failed", "possible": "failed"}, "failed", {**BEFORE, "possible": OK}),
    "the prediction is lost": ({"plan": "error", "possible": "failed"}, "failed", {**BEFORE, "possible": OK}),
    "the prediction and the rotation fail for some": (
        {"plan": "failed", "rotate": "failed", "failed": "failed"},
        "failed",
        {**SOME, "rotate": OK, "failed": OK, **AFTER},
    ),
    "nobody approves the others": ({"plan": "failed", "approval_of_the_others": "failed"}, "failed", SOME),
    "nobody approves": ({"approval": "failed"}, "failed", {**BEFORE, "approval": "failed"}),
    "the rotation fails": ({"rotate": "failed", "failed": "failed"}, "failed", {**ALL, "failed": "failed"}),
    "the rotation is lost": ({"rotate": "error", "failed": "failed"}, "failed", {**ALL, "failed": "failed"}),
    "the last audit finds something": ({"audit_again": "failed", "report_again": "failed"}, "failed", ALL),
    "the last report is lost": ({"report_again": "error"}, "failed", ALL),
}


@pytest.mark.parametrize("case", COLOURS)
def test_the_colour_is_what_a_person_expects(awx: Controller, case: str) -> None:
    ends, colour, ran = COLOURS[case]
    done = run_workflow(awx, WORKFLOW, lambda start: Ended(ends.get(start.node, OK)))
    assert done.status == colour
    as_slices = {"error": "failed"}
    assert dict(done.ran) == {
        node: as_slices.get(end, end) if node.startswith("audit") else end
        for node, end in {**ran, **{node: ends[node] for node in ran if node in ends}}.items()
    }


@pytest.mark.parametrize("hosts", [1, 2])
def test_a_merge_reads_the_audit_before_it_alone(awx: Controller, hosts: int) -> None:
    """Of one host AWX makes no slices: then both audits are jobs of the workflow itself."""
    jinja = NativeEnvironment()
    jinja.filters["dirname"] = os.path.dirname
    written: dict[str, list[str]] = {"audit": [], "audit_again": []}
    merged: dict[str, list[str]] = {}

    def run(start: Start) -> Ended:
        def variable(name: str) -> Any:
            return jinja.from_string(start.extra_vars[name]).render(start.extra_vars)

        if start.node in written:
            path = f"{variable('audit_output_directory')}/audit.json"
            written[start.node].append(path)
            return Ended(OK, {"audit_published": {"files": {"json": path}, "run": variable("audit_run")}})
        if start.node.startswith("report"):
            (folder,) = variable("audit_data_paths")
            merged[start.node] = [path for path in chain(*written.values()) if Path(folder) in Path(path).parents]
        return Ended(OK)

    run_workflow(awx, WORKFLOW, run, hosts=hosts)
    assert merged == {"report": written["audit"], "report_again": written["audit_again"]}
    assert len(written["audit"]) == hosts


@pytest.mark.parametrize(
    ("ends", "colour", "ran"),
    [
        ({"approval": "failed"}, "failed", ["plan", "approval"]),
        ({"plan": "failed", "possible": "failed"}, "failed", ["plan", "possible"]),
        ({"plan": "failed"}, OK, ["plan", "possible", "approval_of_the_others", "rollback", "audit"]),
        ({"rollback": "failed", "failed": "failed"}, "failed", ["plan", "approval", "rollback", "failed", "audit"]),
    ],
)
def test_a_rollback_waits_for_an_approval(awx: Controller, ends: dict[str, str], colour: str, ran: list[str]) -> None:
    starts: list[Start] = []

    def run(start: Start) -> Ended:
        starts.append(start)
        return Ended(ends.get(start.node, OK))

    done = run_workflow(awx, BACK, run, limit="payments")
    assert (done.status, done.ran) == (colour, {node: ends.get(node, OK) for node in ran})
    assert starts[0].prompts == {"limit": "payments", "job_type": "check"}


class Runs:
    """Runs the jobs of a workflow by ansible-runner; those of some nodes are lost, as with their execution node."""

    def __init__(
        self, jobs: Jobs, hosts: Mapping[str, Mapping[str, Any]], inputs: Mapping[str, Any], *lost: str
    ) -> None:
        self.jobs, self.hosts, self.inputs, self.lost = jobs, hosts, inputs, lost
        self.ran: dict[str, list[Job]] = {}

    def __call__(self, start: Start) -> Ended:
        if start.node in self.lost:
            return Ended("error")
        if "playbook" not in start.template:
            return Ended(OK)  # approved
        number, count = start.slice
        hosts = dict(list(self.hosts.items())[number - 1 :: count])
        arguments = ["--vault-id", "backups@prompt"]
        arguments += ["--limit", start.prompts["limit"]] if "limit" in start.prompts else []
        arguments += ["--check"] if start.prompts.get("job_type") == "check" else []
        arguments += ["--diff"] if start.template["diff_mode"] else []
        shared = str(self.jobs.ansible.folder / "shared")
        variables = json.loads(json.dumps(start.extra_vars).replace(f'"{SHARED}', f'"{shared}'))
        variables["rotation_backup_vault_id"] = "backups"
        name = f"{start.node}{number}-{start.extra_vars['awx_job_id']}"
        given = {"extra_vars": variables, "inputs": self.inputs, "passwords": VAULT}
        job = self.jobs.run(name, start.template["playbook"], hosts, *arguments, **given)
        self.ran.setdefault(start.node, []).append(job)
        return Ended(job.status, job.artifacts)


def test_what_was_judged_stays_and_what_is_lost_is_missing(
    ansible: Ansible, awx: Controller, authority: Authority
) -> None:
    (ansible.folder / "shared").mkdir()
    with Cluster(nodes=1, database="none") as one, Cluster(nodes=1, database="none") as two:
        inputs = login(one)
        hosts = {}
        for name, cluster in {"one": one, "two": two}.items():
            files = folder(ansible, {"proxy": authority.issue(cluster.fqdn)}).rename(ansible.folder / name)
            own = {"redis_enterprise_username": cluster.user("admin").username}
            own |= {
                "redis_enterprise_password": cluster.user("admin").password,
                "redis_enterprise_ca_path": cluster.ca_path,
            }
            # A policy of the group, under which all that the simulator has fails.
            variables = {"audit_minimum_rsa_bits": 8192, "rotation_certificates": from_folder(files, ["proxy"])}
            hosts[name] = host(cluster, **own, **variables)
        runs = Runs(Jobs(ansible), hosts, inputs, "audit_again")
        empty = {"survey_audit_fail_within": "", "survey_rotation_force": "", "rotation_serial": ""}
        answers = {**empty, "survey_audit_warn_within": "31"}
        done = run_workflow(awx, WORKFLOW, runs, answers=answers)
        # The prediction has changed nothing, and has made no folder.
        assert [len(cluster.writes) > 0 for cluster in (one, two)] == [True, True]

    (ran,) = runs.ran["report"]
    assert dict(done.ran) == {
        "audit": "failed",
        "report": "failed",
        "plan": OK,
        "approval": OK,
        "rotate": OK,
        "audit_again": "failed",
        "report_again": "failed",
    }
    assert done.status == "failed"
    # Slices have failed all of it, and so does the merge, which knows no policy.
    assert "audit_files" in ran.artifacts, ran.stdout
    merged = json.loads(Path(ran.artifacts["audit_files"]["json"]).read_text("utf-8"))
    assert [merged["policy"][name] for name in ("minimum_rsa_bits", "warn_within", "fail_within")] == [8192, 31, 14]
    assert ran.artifacts["audit_failed_clusters"] == ["one", "two"]
    assert "NOT READ" not in ran.stdout
    predicted, rotated = (runs.ran[node][0].artifacts["rotation_summary"] for node in ("plan", "rotate"))
    assert rotated == {name: changed(["proxy"]) for name in ("one", "two")}
    assert {name: found["certificates"] for name, found in predicted.items()} == {"one": ["proxy"], "two": ["proxy"]}
    assert (ansible.folder / "shared/backups").stat().st_mode & 0o777 == 0o700
    # The audit before is no audit after.
    (again,) = runs.ran["report_again"]
    assert again.artifacts["audit_failed_clusters"] == ["one", "two"]
    assert again.stdout.count("NOT READ (not_reported)") >= 2


def test_a_rotation_that_fails_and_a_limit(ansible: Ansible, awx: Controller, authority: Authority) -> None:
    (ansible.folder / "shared").mkdir()
    with Cluster(nodes=1, database="none") as one:
        files = folder(ansible, {"proxy": authority.issue(one.fqdn)})
        wanted = {"rotation_certificates": from_folder(files, ["proxy"])}
        hosts = {"one": host(one, **wanted), "two": host(one), "away": host(one, redis_enterprise_retries=0, **wanted)}
        hosts["away"]["redis_enterprise_url"] = "https://127.0.0.1:1"
        one.add_fault(Fault(method="PUT", status=400))
        runs = Runs(Jobs(ansible), hosts, login(one), "audit", "audit_again")
        done = run_workflow(awx, WORKFLOW, runs, limit="one,away")
    assert done.status == "failed"
    # The one that cannot be read does not keep the other one from an approval.
    assert (done.ran["plan"], done.ran["possible"], done.ran["approval_of_the_others"]) == ("failed", OK, OK)
    assert "These can be rotated, once that is approved: one. The job of the rotation" in runs.ran["possible"][0].stdout
    assert (done.ran["rotate"], done.ran["failed"]) == ("failed", "failed")
    assert "The rotation failed on one; the job of the rotation has the messages." in runs.ran["failed"][0].stdout
    # All slices of the first audit were lost: what the job was limited to is missing, and no more.
    assert runs.ran["report"][0].artifacts["audit_failed_clusters"] == ["away", "one"]
