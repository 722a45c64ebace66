# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet that is audited by several jobs side by side, and merged, as AWX slices a job."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from simulator import Fleet

from .jobs import Job, Jobs, setup_variables
from .runs import Ansible

pytestmark = pytest.mark.one_corner

#: How many clusters; more of them to measure (TESTING.md).
CLUSTERS = int(os.environ.get("RC_CLUSTERS") or 30)
SLICES = 4


def report(path: str) -> dict[str, Any]:
    """What a report says, without when that was, and how long it took."""
    content: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    del content["generated_at"]
    for cluster in content["clusters"]:
        del cluster["read_at"], cluster["seconds"]
    return content


def test_slices_side_by_side_give_the_report_of_one_run(ansible: Ansible) -> None:
    shared = ansible.folder / "shared"
    variables = setup_variables()
    # As the job templates that the role awx_setup makes have them.
    audit = {"audit_output_directory": f"{shared}{variables['audit_folder']}", "audit_run": "before"}
    merge = {
        "audit_merge_hosts": "redis_enterprise",
        "audit_run": "before",
        "audit_data_paths": variables["audits"],
        "audit_expected_clusters": variables["expected"],
        "audit_output_directory": f"{shared}{variables['report_folder']}",
    }
    jobs = Jobs(ansible)
    with Fleet(CLUSTERS, nodes=1, password="correct horse battery staple") as fleet:
        inputs = {
            "username": fleet.members[0]["username"],
            "password": fleet.members[0]["password"],
            "ca_certificate": Path(fleet.ca_path).read_text("ascii"),
        }
        urls = {member["fqdn"]: member["url"] for member in fleet.members}
        urls["down.fleet.example.com"] = "https://127.0.0.1:1"
        # AWX sorts an inventory by name, and deals its hosts out to the slices in turn.
        hosts = {
            name: {"redis_enterprise_url": urls[name], "redis_enterprise_retries": 0, "audit_served": False}
            for name in sorted(urls)
        }
        slices = [dict(list(hosts.items())[number::SLICES]) for number in range(SLICES)]

        def run(number: int, part: dict[str, dict[str, Any]], workflow: int) -> tuple[Job, float]:
            named = {**audit, "awx_job_id": number, "awx_workflow_job_id": workflow}
            started = time.monotonic()
            job = jobs.run(f"job{number}", "audit.yml", part, extra_vars=named, inputs=inputs)
            return job, time.monotonic() - started

        whole, once = run(10, hosts, 1)
        assert [len(asked) > 0 for asked in fleet.requests] == [True] * CLUSTERS
        fleet.clear_requests()
        started = time.monotonic()
        with ThreadPoolExecutor(SLICES) as side_by_side:
            parts = list(side_by_side.map(run, range(20, 20 + SLICES), slices, [2] * SLICES))
        all_slices = time.monotonic() - started
        assert [len(asked) > 0 for asked in fleet.requests] == [True] * CLUSTERS

    assert whole.artifacts["audit_failed_clusters"] == ["down.fleet.example.com"]
    found = [job.artifacts for job, dummy in parts]
    totals = [one["audit_summary"]["clusters"]["total"] for one in found]
    assert sum(totals) == CLUSTERS + 1
    assert max(totals) - min(totals) <= 1

    # AWX hands on the artifacts of all slices, one after the other.
    handed_on: dict[str, Any] = {}
    for one in found:
        handed_on.update(one)
    started = time.monotonic()
    named = {**merge, **handed_on, "awx_job_id": 30, "awx_workflow_job_id": 3}
    merged = jobs.run("merge", "audit_report.yml", hosts, extra_vars=named, inputs={}).expect(ok=False)
    merging = time.monotonic() - started
    assert merged.artifacts["audit_failed_clusters"] == ["down.fleet.example.com"]
    assert merged.artifacts["audit_summary"] == whole.artifacts["audit_summary"]
    assert report(merged.artifacts["audit_files"]["json"]) == report(whole.artifacts["audit_files"]["json"])

    # A job that was lost has left nothing behind.
    shutil.rmtree(shared / "audits/2/before/21")
    limited = ["--limit", f"down.fleet.example.com,{next(iter(slices[0]))}"]
    for number, arguments, missing in ((31, [], [*slices[1]]), (32, limited, [])):
        named = {**merge, **handed_on, "awx_job_id": number, "awx_workflow_job_id": 3}
        job = jobs.run(f"merge{number}", "audit_report.yml", hosts, *arguments, extra_vars=named, inputs={})
        job.expect(ok=False)
        assert sorted(job.artifacts["audit_failed_clusters"]) == sorted({"down.fleet.example.com", *missing})
        assert ("NOT READ (not_reported)" in job.stdout) is bool(missing)
    size = Path(merged.artifacts["audit_files"]["json"]).stat().st_size
    sys.stdout.write(
        f"\n{CLUSTERS} clusters: one job {once:.1f} s; {SLICES} slices side by side {all_slices:.1f} s, the longest "
        f"{max(seconds for dummy, seconds in parts):.1f} s; merging {merging:.1f} s; audit.json {size / 1e6:.1f} MB\n"
    )
