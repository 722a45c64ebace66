# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task: what it costs, whatever it does."""

from __future__ import annotations

from pathlib import Path

from integration.runs import Ansible
from simulator import Authority, Cluster

from .ways import AS_MODULE, Seen, Spread, Task, Way, own, series, uri

CERTIFICATES = "/v1/cluster/certificates"
EMPTY, PING, URI = "an empty action", "`ansible.builtin.ping`", "`ansible.builtin.uri`, GET of the certificates"
INFO, INFO_MODULE = "`cluster_certificate_info`", "`cluster_certificate_info`, as a module"
SAME, SAME_MODULE = "`cluster_certificate`, unchanged", "`cluster_certificate`, unchanged, as a module"


def measure(folder: Path, rounds: int) -> dict[str, Spread]:
    """Seconds of each task."""
    with Cluster(nodes=1, database="none", authority=Authority("Benchmark CA")) as cluster:
        held = cluster.nodes[0].holds("proxy")
        paths = {"certificate_path": folder / "proxy.pem", "private_key_path": folder / "proxy.key"}
        for path, text in zip(paths.values(), held):
            path.write_text(text or "")
        unchanged = {"name": "proxy", **{option: str(path) for option, path in paths.items()}}

        def asked(seen: Seen) -> None:
            assert [(one.method, one.path) for one in seen.requests].count(("GET", CERTIFICATES)) == 1
            assert not seen.writes
            assert seen.result["changed"] is False

        def told(seen: Seen) -> None:
            asked(seen)
            assert len(seen.result["certificates"]) == len([one for one in cluster.nodes[0].stored.values() if one[0]])

        def answered(seen: Seen) -> None:
            asked(seen)
            assert seen.result["status"] == 200
            assert seen.result["json"]["proxy_cert"] == held.certificate

        def nothing(seen: Seen) -> None:
            assert not seen.requests

        def always(name: str, task: Task, check: object) -> Way:
            return Way(name, lambda turn: [task], check)  # type: ignore[arg-type]

        return series(
            Ansible(folder),
            cluster,
            [
                always(EMPTY, {"benchmark_empty": {}}, nothing),
                always(PING, {"ansible.builtin.ping": {}}, nothing),
                always(URI, uri(cluster, CERTIFICATES), answered),
                always(INFO, own("cluster_certificate_info"), told),
                always(INFO_MODULE, own("cluster_certificate_info", **AS_MODULE), told),
                always(SAME, own("cluster_certificate", unchanged), asked),
                always(SAME_MODULE, own("cluster_certificate", unchanged, **AS_MODULE), asked),
            ],
            rounds,
        )
