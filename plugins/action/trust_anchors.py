# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module trust_anchors: in the controller, where the hosts' variables and the files of CAs are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import check_range
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import CompositeAction, undone
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._hosts import hosts_of
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import (
    collection_command,
    limit_of_run,
    limited,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust import survey, text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.anchors import parse_fingerprints
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.ca_file import CaFile
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.survey import Seen

_FACTS = ("subject", "issuer", "self_signed", "not_before", "not_after", "expired")


class ActionModule(CompositeAction):
    operation = Operation(
        undone,
        {
            "hosts": {"type": "list", "elements": "str", "required": True},
            "fingerprints": {"type": "list", "elements": "str", "default": []},
            "path": {"type": "path"},
            "timeout": {"type": "float", "default": 30},
            "concurrency": {"type": "int", "default": 16},
        },
    )

    def do(self, task: Context) -> dict[str, Any]:
        params, variables = task.params, self.variables
        check_range(params, "timeout", 0.001, 86400, "seconds")
        check_range(params, "concurrency", 1, 1024, "clusters")
        fingerprints = parse_fingerprints(params["fingerprints"])
        hosts = hosts_of(params["hosts"], self._task, variables, self._templar)
        clusters = survey.look(
            [survey.cluster_of(host, params["path"]) for host in hosts], params["timeout"], params["concurrency"]
        )
        known = {one.anchor.fingerprint for one in clusters if one.anchor is not None}
        for one in sorted(fingerprints - known):
            task.warn(f"trust_fingerprints: no cluster presents {one}.")
        clusters = survey.confirm(clusters, fingerprints)
        anchors = survey.by_anchor(clusters)
        files = _files(clusters)
        if not task.check_mode:
            problems = {file.path: problem for file in files if (problem := file.write()) is not None}
            files = [file for file in files if file.path not in problems]
            clusters = survey.unwritten(clusters, problems)
            clusters = survey.verify(clusters, params["timeout"], params["concurrency"])
        if not fingerprints:
            self.show(text.to_compare(clusters, f"{collection_command()}.trust{limited(limit_of_run())}"))
        self.show(text.outcome(clusters, files, fingerprints, check_mode=task.check_mode))
        return {
            "changed": bool(files),
            "clusters": [_entry(one) for one in clusters],
            "anchors": [
                {
                    **{name: anchor.facts[name] for name in _FACTS},  # type: ignore[literal-required]
                    "fingerprint": anchor.fingerprint,
                    "certificate": anchor.pem,
                    "clusters": [one.name for one in some],
                    "confirmed": anchor.fingerprint in fingerprints,
                }
                for anchor, some in anchors.items()
            ],
            "failing": [one.name for one in clusters if survey.fails(one, fingerprints)],
        }


def _files(clusters: Sequence[Seen]) -> list[CaFile]:
    """Return the files that lack trust anchors that were confirmed, with these added; nothing is written.

    Raises:
        CertificateError: a file cannot be read or written, or no file is named.
    """
    files: dict[str, CaFile] = {}
    for anchor, some in survey.by_anchor(clusters).items():
        wanting: dict[str, list[str]] = {}
        for one in some:
            if one.state == survey.CONFIRMED:
                wanting.setdefault(survey.ca_file_of(one), []).append(one.name)
        for path, names in wanting.items():
            if path not in files:
                files[path] = CaFile(path)
            files[path].add(anchor, names)
    lacking = [file for file in files.values() if file.added]
    for file in lacking:
        file.check_folder()
    return lacking


def _entry(one: Seen) -> dict[str, Any]:
    return {
        "name": one.name,
        "endpoint": one.endpoint.netloc if one.endpoint else None,
        "state": one.state,
        "fingerprint": one.anchor.fingerprint if one.anchor else None,
        "ca_path": one.path,
        "problem": one.problem,
    }
