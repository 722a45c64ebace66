# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action audit_report: from fleet data and files to a report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import fleets
import jsonschema
import pytest
from simulator import Cluster

from .runs import Ansible, Run, login, task

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs/audit-report.schema.json").read_text("utf-8"))
FILES = {
    "html": "audit.html",
    "json": "audit.json",
    "csv": "audit.csv",
    "junit": "audit.xml",
    "prometheus": "audit.prom",
}


def fleet(size: int) -> Any:
    return fleets.recent(fleets.fleet(size))


def report(**options: Any) -> dict[str, Any]:
    return task("report", "audit_report", options)


def run(ansible: Ansible, *arguments: str, **options: Any) -> Run:
    return ansible.tasks([report(**options)], *arguments)


@pytest.mark.main_path
def test_all_files(ansible: Ansible) -> None:
    folder = ansible.folder / "new/reports"
    done = run(ansible, clusters=fleet(12), output_directory="new/reports").expect()["report"]
    assert done.changed
    assert done.result["files"] == {name: str(folder / file) for name, file in FILES.items()}
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES.values())
    # A web server and node_exporter may read them.
    umask = os.umask(0)
    os.umask(umask)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~umask}
    written = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert written["summary"] == done.result["summary"]
    assert written["findings"] == done.result["findings"]
    failing = [one["name"] for one in written["clusters"] if one["verdict"] in ("failed", "unreachable")]
    assert done.result["failed_clusters"] == list(done.result["failures"]) == failing
    assert len(done.result["table"]) > 12
    assert "clusters" not in done.result["invocation"]["module_args"]


def test_no_files_no_clusters_and_chosen_formats(ansible: Ansible) -> None:
    cases: dict[str, dict[str, Any]] = {
        "without files": {"clusters": fleet(1)},
        "empty fleet": {"clusters": []},
        "chosen formats": {
            "clusters": fleet(2),
            "output_directory": "reports",
            "formats": ["json", "csv"],
        },
    }
    done = ansible.tasks([task(case, "audit_report", options) for case, options in cases.items()]).expect()
    assert not done["without files"].changed
    assert done["without files"].result["files"] == {}
    assert done["empty fleet"].result["summary"]["clusters"]["total"] == 0
    assert done["empty fleet"].result["failed_clusters"] == []
    assert sorted(path.name for path in (ansible.folder / "reports").iterdir()) == ["audit.csv", "audit.json"]


def test_check_mode_writes_nothing(ansible: Ansible) -> None:
    done = run(ansible, "--check", clusters=fleet(2), output_directory="reports").expect()["report"]
    assert done.changed
    assert sorted(done.result["files"]) == sorted(FILES)
    assert not (ansible.folder / "reports").exists()


def test_slices_give_the_same_as_one_run(ansible: Ansible) -> None:
    # That is stricter than the policy of the slices.
    whole = fleet(24)
    slices = [
        report(clusters=whole[at::4], output_directory=f"slices/{at}", formats=["json"], fail_within=0)
        for at in range(4)
    ]
    paths = [f"slices/{at}/audit.json" for at in range(4)]
    merged = report(data_paths=paths, output_directory="merged", fail_within=20)
    by_name = sorted(whole, key=lambda one: str(one["name"]))
    once = report(clusters=by_name, output_directory="once", fail_within=20)
    done = ansible.tasks([*slices, merged, once]).expect()
    written = [json.loads((ansible.folder / folder / "audit.json").read_text()) for folder in ("merged", "once")]
    for one in written:
        del one["generated_at"]
    assert written[0] == written[1]
    results = [outcome.result for outcome in done.outcomes[-2:]]
    for key in ("table", "summary", "findings", "failed_clusters"):
        assert results[0][key] == results[1][key]


STRICT: dict[str, Any] = {
    "warn_within": 3000,
    "fail_within": 2000,
    "minimum_rsa_bits": 4096,
    "maximum_lifetime": 1,
    "allowed_issuers": ["CN=Nobody"],
}
ACCEPTED = {"check": "expiry", "until": "2999-12-31", "reason": "planned"}


def test_a_merge_judges_by_the_policy_of_the_slices(ansible: Ansible) -> None:
    """What a slice has failed does not pass; what the merge sets itself makes it stricter only."""
    first, second = fleet(2)
    soon = fleets.recent(fleets.cluster("soon", certificates=[fleets.facts("soon", "proxy", 10)]))
    tasks = {
        "strict": report(clusters=[first], output_directory="strict", formats=["json"], **STRICT),
        "usual": report(clusters=[second], output_directory="usual", formats=["json"], fail_within=7),
        "accepting": report(clusters=[soon], output_directory="accepting", formats=["json"], exceptions=[ACCEPTED]),
        "as the slice": report(data_paths=["strict"], output_directory="merged", formats=["json"]),
        "looser": report(data_paths=["strict"], fail_within=0, allowed_issuers=[".*"], maximum_lifetime=9999),
        "no default": report(data_paths=["usual"], output_directory="whole", formats=["json"]),
        "stricter": report(data_paths=["usual"], **STRICT),
        "both": report(data_paths=["strict", "usual"], output_directory="both", formats=["json", "html"]),
        "merged again": report(data_paths=["both"]),
        "accepted": report(data_paths=["accepting"]),
        "not accepted": report(data_paths=["strict"], exceptions=[ACCEPTED]),
        "accepted for one": report(data_paths=["accepting", "usual"], output_directory="one", formats=["json"]),
    }
    done = ansible.tasks([{**one, "name": name} for name, one in tasks.items()]).expect(warnings=True)
    assert done["strict"].result["failed_clusters"] == [first["name"]]
    for case in ("as the slice", "looser", "not accepted"):
        assert done[case].result["failures"] == done["strict"].result["failures"], case
    for case in ("merged", "whole"):
        written = json.loads((ansible.folder / case / "audit.json").read_text())
        expected = STRICT if case == "merged" else {"warn_within": 30, "fail_within": 7}
        assert {name: written["policy"][name] for name in expected} == expected, case
    assert done["stricter"].result["failed_clusters"] == [second["name"]]
    both = done["both"].result
    assert both["failed_clusters"] == [first["name"], second["name"]]
    (different,) = [one for one in both["findings"] if one["check"] == "policy"]
    assert (different["severity"], different["cluster"]) == ("warning", "*")
    assert different["message"] == (
        "the merged reports were made with different policies: warn_within (30, 3000), fail_within (7, 2000), "
        "minimum_rsa_bits (2048, 4096), maximum_lifetime (1, none), allowed_issuers; the strictest counts"
    )
    assert len([one for one in done.warnings if "were made with different policies" in one]) == 2
    assert different["message"] in (ansible.folder / "both/audit.html").read_text("utf-8")
    assert done["merged again"].result["failures"] == both["failures"]
    # An exception travels, and one that no slice had does not count.
    assert [done[case].result["failed_clusters"] for case in ("accepting", "accepted")] == [[], []]
    (unknown,) = [one for one in done["not accepted"].result["findings"] if one["check"] == "policy"]
    assert unknown["message"] == "exceptions that are in none of the merged reports do not count: */*/expiry"
    written = json.loads((ansible.folder / "one/audit.json").read_text())
    assert [(one["cluster"], one["check"]) for one in written["policy"]["exceptions"]] == [("soon", "expiry")]


def test_a_merge_without_slices_lists_all_clusters(ansible: Ansible) -> None:
    tasks = [report(expected=["two", "one"]), report(data_paths=[], expected=["one"], clusters=[])]
    for outcome, names in zip(ansible.tasks(tasks).expect().outcomes, (["one", "two"], ["one"])):
        assert outcome.result["failed_clusters"] == names
        assert set(outcome.result["failures"].values()) == {"could not be read: none of the merged reports has it"}


def test_a_folder_stands_for_the_reports_below_it(ansible: Ansible) -> None:
    whole = fleet(6)
    places = ["slices/a", "slices/b/c", "slices"]
    slices = [
        report(clusters=whole[at::3], output_directory=place, formats=["json", "csv"])
        for at, place in enumerate(places)
    ]
    twice = report(data_paths=["slices", "slices/a/audit.json"])
    done = ansible.tasks([*slices, report(data_paths=["slices"]), twice]).expect(ok=False)
    assert done.outcomes[-2].result["summary"]["clusters"]["total"] == 6
    assert "is in slices/a/audit.json, twice" in done.outcomes[-1].result["msg"]


def test_data_and_files_together(ansible: Ansible) -> None:
    first, second = fleet(2)
    done = ansible.tasks(
        [report(clusters=[first], output_directory="one"), report(clusters=[second], data_paths=["one/audit.json"])]
    ).expect()
    assert done.outcomes[-1].result["summary"]["clusters"]["total"] == 2


def test_a_cluster_that_no_slice_has_is_missed(ansible: Ansible) -> None:
    first, second = fleet(2)
    expected = [second["name"], first["name"]]
    tasks = [
        report(clusters=[first], output_directory="one", formats=["json"]),
        report(data_paths=["one"], expected=expected, output_directory="merged"),
        # What was missing there is there now.
        report(clusters=[second], data_paths=["merged"], expected=expected),
    ]
    alone, merged, whole = (outcome.result for outcome in ansible.tasks(tasks).expect().outcomes)
    assert alone["summary"]["clusters"]["total"] == 1
    assert merged["summary"]["clusters"]["unreachable"] == 1
    message = "could not be read: none of the merged reports has it"
    assert merged["failures"][second["name"]] == message
    (finding,) = (one for one in merged["findings"] if one["cluster"] == second["name"])
    assert finding["remedy"] == "Find the job that should have audited it, run it again, and merge again"
    written = json.loads((ansible.folder / "merged/audit.json").read_text())
    jsonschema.validate(written, SCHEMA)
    assert message in (ansible.folder / "merged/audit.html").read_text("utf-8")
    assert [whole["summary"]["clusters"][count] for count in ("total", "unreachable")] == [2, 0]


def test_a_cluster_in_two_slices(ansible: Ansible) -> None:
    make = [report(clusters=fleet(1), output_directory=name, formats=["json"]) for name in ("a", "b")]
    done = ansible.tasks([*make, report(data_paths=["a/audit.json", "b/audit.json"])]).expect(ok=False)
    failed = done.outcomes[-1]
    assert failed.failure == {"kind": "invalid_option", "option": "data_paths"}
    assert "billing-fra.example.com" in failed.result["msg"]
    assert "is in a/audit.json and b/audit.json" in failed.result["msg"]


#: Files, what is in them, and what is said of them.
NO_REPORTS: dict[str, tuple[str, str]] = {
    "text.json": ("nothing", "text.json is not JSON"),
    "deep.json": ("[" * 100000, "deep.json is not JSON"),
    "constant.json": ('{"schema": 4, "clusters": [], "seconds": NaN}', "constant.json is not JSON"),
    "large.json": ('{"schema": 4, "clusters": [], "seconds": 1e999}', "large.json is not JSON"),
    "list.json": ("[]", "list.json is not a report of an audit"),
    "other.json": ('{"clusters": []}', "other.json is not a report of an audit"),
    "policy.json": (
        '{"schema": 4, "clusters": []}',
        "the policy in policy.json is not valid: the policy is not a dictionary",
    ),
    "days.json": (
        '{"schema": 4, "clusters": [], "policy": {"warn_within": 1, "fail_within": -1, "minimum_rsa_bits": 2048, '
        '"allowed_issuers": [], "maximum_lifetime": null, "exceptions": []}}',
        "the policy in days.json is not valid: fail_within: must be a number from 0 to 36500 (days)",
    ),
    "old.json": ('{"schema": 3, "clusters": []}', "old.json has schema version 3, and this release reads version 4"),
    "name.json": ('{"schema": 4, "clusters": [{"name": "one"}]}', "is not valid fleet data: the cluster has no url"),
    # A slice that was written by something else must not be missing from the report.
    "slices/one.json": ("[]", "slices/one.json is not a report of an audit"),
    "tables/audit.csv": ("cluster", "no *.json file in the folder tables or below it"),
}


def test_what_is_no_report(ansible: Ansible) -> None:
    messages = {"missing.json": "missing.json cannot be read: No such file or directory"}
    (ansible.folder / "tables/empty").mkdir(parents=True)
    (ansible.folder / "slices").mkdir()
    for file, (content, message) in NO_REPORTS.items():
        (ansible.folder / file).write_text(content)
        messages[file.partition("/")[0]] = message  # folders are given as such
    tasks = [task(path, "audit_report", {"data_paths": [path]}, ignore_errors=True) for path in messages]
    done = ansible.tasks(tasks).expect()
    for path, message in messages.items():
        assert done[path].failure == {"kind": "invalid_option", "option": "data_paths"}, path
        assert path in done[path].result["msg"]
        assert message in done[path].result["msg"]


def test_what_is_read_of_real_clusters(ansible: Ansible) -> None:
    with (
        Cluster(nodes=2, version="7.8.6-36", expires={"proxy": 10, "cm": -1}) as one,
        Cluster(nodes=1, database="none") as two,
    ):
        two.set_certificate("syncer", "garbage", None)
        members = [
            {"name": "one", **login(one)},
            {"name": "viewer", **login(two, "cluster_viewer")},
            {"name": "nobody", **login(two), "password": "wrong"},
        ]
        done = ansible.tasks(
            [
                task("read", "fleet_certificate_info", {"clusters": members}, register="fleet"),
                report(clusters="{{ fleet.clusters }}", output_directory="reports"),
            ]
        ).expect()
    written = json.loads((ansible.folder / "reports/audit.json").read_text())
    jsonschema.validate(written, SCHEMA)
    assert done["report"].result["failed_clusters"] == ["one", "viewer", "nobody"]
    critical = {
        (one["cluster"], one["certificate"], one["check"])
        for one in written["findings"]
        if one["severity"] == "critical"
    }
    assert {
        ("one", "cm", "expiry"),
        ("one", "proxy", "expiry"),
        ("viewer", "syncer", "readable"),
        ("nobody", None, "reachable"),
    } <= critical
    page = (ansible.folder / "reports/audit.html").read_text("utf-8")
    assert one.fqdn in page


#: What is said of options, and the options that it is said of.
WRONG: dict[str, dict[str, Any]] = {
    "option clusters: no clusters given. Give clusters, or data_paths, or both.": {},
    "missing required arguments: reason": {"clusters": [], "exceptions": [{"until": "2027-01-01"}]},
    "missing required arguments: until": {"clusters": [], "exceptions": [{"reason": "planned"}]},
    "is not a date": {"clusters": [], "exceptions": [{"until": "soon", "reason": "planned"}]},
    "'CN=(' is not a valid regular expression: ": {"clusters": [], "allowed_issuers": ["CN=("]},
    "option output_directory: missing. Give it with formats.": {"clusters": [], "formats": ["json"]},
    "value of formats must be one or more of": {"clusters": [], "formats": ["pdf"], "output_directory": "."},
    "option fail_within: must be a number from 0 to 36500 (days)": {"clusters": [], "fail_within": -1},
    "option minimum_rsa_bits: must be a number from 2048 to": {"clusters": [], "minimum_rsa_bits": 512},
    "cluster 1 in option clusters is not valid fleet data: the cluster has no url": {"clusters": [{"name": "one"}]},
    "playbook.yml is not a directory. Choose another path": {"clusters": [], "output_directory": "playbook.yml"},
    "audit.html could not be written": {"clusters": [], "output_directory": "reports"},
    "Unsupported parameters": {"clusters": [], "colour": "red"},
}


def test_wrong_options(ansible: Ansible) -> None:
    (ansible.folder / "reports/audit.html").mkdir(parents=True)
    tasks = [task(message, "audit_report", options, ignore_errors=True) for message, options in WRONG.items()]
    done = ansible.tasks(tasks).expect()
    for message in WRONG:
        assert done[message].status == "failed", message
        assert message in done[message].result["msg"]
    failure = done["audit.html could not be written"].failure
    assert failure == {"kind": "invalid_option", "option": "output_directory"}
    assert [path.name for path in (ansible.folder / "reports").iterdir()] == ["audit.html"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(ansible: Ansible) -> None:
    (ansible.folder / "locked").mkdir(mode=0o500)
    failed = run(ansible, clusters=[], output_directory="locked/reports").expect(ok=False)["report"]
    assert "this user may not write to" in failed.result["msg"]


def test_dates_as_yaml_writes_them(ansible: Ansible) -> None:
    cluster = fleets.recent(
        fleets.cluster("one.example.com", certificates=[fleets.facts("one.example.com", "proxy", -3)])
    )
    (ansible.folder / "data.json").write_text(json.dumps([cluster]))
    playbook = ansible.folder / "dates.yml"
    playbook.write_text(
        "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
        "    - name: report\n      redis_enterprise.certificates.audit_report:\n"
        "        clusters: \"{{ lookup('ansible.builtin.file', 'data.json') | from_json }}\"\n"
        "        exceptions: [{check: expiry, until: 2999-12-31, reason: planned}]\n"
    )
    done = ansible.playbook(playbook).expect()["report"]
    assert done.result["findings"][0]["accepted"] == {"reason": "planned", "until": "2999-12-31"}
    assert done.result["failed_clusters"] == []
