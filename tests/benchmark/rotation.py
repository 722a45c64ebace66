# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates are rotated: by uri, by several tasks, and by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from integration.runs import Ansible
from simulator import Authority, Cluster

from .single import CERTIFICATES
from .ways import Seen, Spread, Task, Way, own, series, uri

FIVE = ("api", "cm", "metrics_exporter", "proxy", "syncer")
#: All that have a key, and one that has none: a cluster has no tenth name with a key.
TEN = (*FIVE, "ccs_internode_encryption", "data_internode_encryption", "ldap_client", "sso_service", "mtls_trusted_ca")
KEYLESS = ("mtls_trusted_ca",)
#: Those that no port and no metrics show.
HIDDEN = frozenset({"ldap_client", "mtls_trusted_ca", "sso_service"})
INTERNODE = ("ccs_internode_encryption", "data_internode_encryption")

BY_URI, BY_URI_BLIND = "`uri`: GET, then a PUT for each", "`uri`: a PUT for each"
BY_TASKS, BY_TASKS_UNPROVEN = "a `cluster_certificate` for each", "a `cluster_certificate` for each, `verify: none`"
BY_ONE, BY_ONE_UNPROVEN = "one `cluster_certificates`", "one `cluster_certificates`, `verify: none`"

Sets = Sequence[Mapping[str, Mapping[str, str]]]
"""Two sets of files, by certificate name and then by option: what one way installs, the next one replaces."""


def material(folder: Path, authority: Authority, names: Sequence[str], key: str) -> Sets:
    """Write two sets of files. Internode certificates have RSA keys in any case: a cluster takes no others.

    The sets end on different days, so that metrics can tell them apart.
    """
    sets = []
    for number in range(2):
        entries: dict[str, dict[str, str]] = {}
        for name in names:
            kind, depth = "rsa" if name in INTERNODE else key, 0 if name in KEYLESS else 1
            issued = authority.issue(key=kind, intermediates=depth, days=200 + number)
            entry = {"certificate_path": issued.ca_pem if name in KEYLESS else issued.certificate_pem}
            if name in KEYLESS:
                entry["certificate_path"] = Authority(f"Client CA {number}").ca_pem
            else:
                entry["private_key_path"] = str(issued.key_pem)
            for option, text in entry.items():
                path = folder / f"{key}-{number}-{name}-{option}.pem"
                path.write_text(text)
                entry[option] = str(path)
            entries[name] = entry
        sets.append(entries)
    return sets


def _put_each(cluster: Cluster, sets: Sets) -> Callable[[int], list[Task]]:
    def body(name: str, entry: Mapping[str, str]) -> dict[str, str]:
        fields = {"certificate_path": "certificate", "private_key_path": "key"}
        texts = {fields[option]: f"{{{{ lookup('file', {path!r}, rstrip=false) }}}}" for option, path in entry.items()}
        return {"name": name, **texts}

    def tasks(turn: int) -> list[Task]:
        options = {"method": "PUT", "body_format": "json", "body": "{{ item }}"}
        bodies = [body(name, entry) for name, entry in sets[turn % 2].items()]
        labels = {"loop": bodies, "loop_control": {"label": "{{ item.name }}"}}
        return [uri(cluster, "/v1/cluster/update_cert", options, **labels)]

    return tasks


def _each(sets: Sets, **options: Any) -> Callable[[int], list[Task]]:
    def tasks(turn: int) -> list[Task]:
        return [own("cluster_certificate", {"name": name, **one, **options}) for name, one in sets[turn % 2].items()]

    return tasks


def all_at_once(sets: Sets, **options: Any) -> Callable[[int], list[Task]]:
    """One task that installs a set."""

    def tasks(turn: int) -> list[Task]:
        wanted = [{"name": name, **one} for name, one in sets[turn % 2].items()]
        return [own("cluster_certificates", {"certificates": wanted, **options})]

    return tasks


def _changed(sets: Sets, *, by_uri: bool = False) -> Callable[[Seen], None]:
    """What checks that every certificate was changed; a module says so, too."""

    def check(seen: Seen) -> None:
        assert sorted(name for names in seen.writes for name in names) == sorted(sets[0])
        if by_uri:
            assert [one["status"] for one in seen.result["results"]] == [200] * len(sets[0])
        else:
            assert all(one.changed for one in seen.outcomes)

    return check


def proven(sets: Sets, nodes: int) -> Callable[[Seen], None]:
    """What checks that one task changed every certificate, and saw each on every node where anything shows it."""
    hidden = HIDDEN.intersection(sets[0])
    places = nodes * (len(sets[0]) - len(hidden))

    def check(seen: Seen) -> None:
        assert sorted(name for names in seen.writes for name in names) == sorted(sets[0])
        assert seen.result["outcome"] == "changed"
        assert {(one["name"], one["node"]) for one in seen.result["nodes"]} == {
            (name, node) for name in sets[0] for node in range(1, nodes + 1)
        }
        assert seen.result["proof"] == {
            "level": "partial" if hidden else "complete",
            "verified": places,
            "of": places,
            "not_visible": sorted(hidden),
            "unreachable": [],
        }

    return check


def measure_five(folder: Path, rounds: int) -> dict[str, Spread]:
    """Seconds of each way to change five certificates with RSA-2048 keys."""
    authority = Authority("Benchmark CA")
    sets = material(folder, authority, FIVE, "rsa")
    with Cluster(nodes=3, database="tls", authority=authority) as cluster:
        ways = [
            Way(BY_URI_BLIND, _put_each(cluster, sets), _changed(sets, by_uri=True)),
            Way(BY_TASKS, _each(sets), _changed(sets)),
            Way(BY_TASKS_UNPROVEN, _each(sets, verify="none"), _changed(sets)),
            Way(BY_ONE, all_at_once(sets), proven(sets, 3)),
            Way(BY_ONE_UNPROVEN, all_at_once(sets, verify="none"), _changed(sets)),
        ]
        return series(Ansible(folder), cluster, ways, rounds)


def measure_ten(folder: Path, key: str, rounds: int) -> dict[str, Spread]:
    """Seconds of each way to change ten certificates.

    Args:
        key: the kind of their keys.
    """
    authority = Authority("Benchmark CA")
    sets = material(folder, authority, TEN, key)
    with Cluster(nodes=3, database="tls", authority=authority, optional=TEN[-3:]) as cluster:
        puts = _put_each(cluster, sets)
        ways = [
            Way(BY_URI, lambda turn: [uri(cluster, CERTIFICATES), *puts(turn)], _changed(sets, by_uri=True)),
            Way(BY_ONE, all_at_once(sets), proven(sets, 3)),
            Way(BY_ONE_UNPROVEN, all_at_once(sets, verify="none"), _changed(sets)),
        ]
        return series(Ansible(folder), cluster, ways, rounds)
