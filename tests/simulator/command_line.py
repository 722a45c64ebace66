# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: one cluster, two that share a database, or a fleet, until SIGINT or SIGTERM.

SIGUSR1 moves the primary.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from .active_active import ActiveActive
from .arguments import UNSET_FORMS
from .cluster import API_PORT, CM_PORT, DATABASE_PORT, METRICS_PORT, Cluster
from .database import CHOICES
from .facts import facts_of
from .faults import parse_fault
from .fleet import Fleet

_DESCRIPTION = (
    "Stand-in Redis Software clusters on the loopback network. Only the primary node answers API requests, the others "
    "redirect. The signal SIGUSR1 makes the next node that is up the primary, SIGINT and SIGTERM end the command."
)
_PEER = (
    "a second cluster that shares the database, which is then an Active-Active one; at the same addresses, with the "
    "same version and login options, a password and free ports of its own"
)
_FLEET = (
    "N clusters at ports of their own, of which only the API is open, with certificates of one CA; of the other "
    "options only --nodes, --version, --username, --latency, --directory and --ready-file count"
)
_MOVING = signal.SIGUSR1
_Key = TypeVar("_Key", int, str)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """Report what is wrong in one line."""
        self.exit(2, f"{self.prog}: {message}\n")


def _number(text: str) -> float:
    value = float(text)
    if math.isnan(value):
        raise ValueError(text)
    return value


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="simulator", description=_DESCRIPTION)
    parser.add_argument("--fleet", type=int, metavar="N", help=_FLEET)
    parser.add_argument("--nodes", type=int, default=3, metavar="N", help="how many nodes (default 3)")
    parser.add_argument("--version", default="8.0.20-96", help="software version of the nodes (default %(default)s)")
    parser.add_argument("--primary", type=int, default=1, metavar="UID", help="the primary node (default %(default)s)")
    parser.add_argument("--handle-redirects", action="store_true", help="followers answer with what the primary has")
    parser.add_argument("--fqdn", default="cluster.example.com", help="name of the cluster (default %(default)s)")
    parser.add_argument("--username", default="admin@example.com", help="the administrator (default %(default)s)")
    parser.add_argument("--password-file", metavar="FILE", help="first line: the password (default: made up)")
    ports = {"api": API_PORT, "cm": CM_PORT, "metrics": METRICS_PORT, "database": DATABASE_PORT}
    for name, port in ports.items():
        parser.add_argument(f"--{name}-port", type=int, default=port, metavar="PORT", help=f"default {port}; 0: any")
    parser.add_argument("--database", choices=CHOICES, default="auto", help="what database endpoints are")
    parser.add_argument("--database-client-certificates", action="store_true", help="the database tls demands them")
    parser.add_argument("--active-active", action="store_true", help="the database is an Active-Active one")
    parser.add_argument("--peer", metavar="FQDN", help=_PEER)
    parser.add_argument("--plain-database", action="store_true", help="there is a second database, without TLS")
    parser.add_argument("--tls-databases", type=int, default=1, metavar="N", help="how many have TLS (default 1)")
    parser.add_argument("--directory", metavar="DIR", help="where the CA file goes (default: a temporary folder)")
    parser.add_argument("--ready-file", metavar="FILE", help="JSON with URL and login, written once all ports are open")
    _many(parser, "--expires", "NAME=DAYS", "days left of an initial certificate; negative: expired")
    _many(parser, "--optional", "NAME", "an optional certificate that is set from the start")
    _many(parser, "--fault", "FAULT", "such as 'PUT /v1/cluster/update_cert status=409 times=1'")
    _many(parser, "--lag", "UID=SECONDS", "a node that follows changes later; inf: never")
    _many(parser, "--down", "UID", "a node that is down")
    _many(parser, "--internal", "UID=ADDRESS", "what a node reports as its address")
    _many(parser, "--external", "UID=ADDRESS,...", "what a node reports as its external addresses")
    parser.add_argument(
        "--internode-outage",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="without the API after an internode update, on versions with that bug (default %(default)s)",
    )
    parser.add_argument(
        "--stale-proxy",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="with old certificates at the database tls after an update, on versions with that bug",
    )
    parser.add_argument(
        "--latency",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="pass before a new connection is heard, and before each answer",
    )
    parser.add_argument("--unset", choices=UNSET_FORMS, default="omit", help="how names that are not set are shown")
    parser.add_argument("--metrics-auth", action="store_true", help="the metrics need a login (8.0.2 on)")
    parser.add_argument("--no-basic", action="store_true", help="switch Basic authentication off (8.2 on)")
    parser.add_argument("--no-update-cert", action="store_true", help="a server without the old update path")
    return parser


def _many(parser: argparse.ArgumentParser, option: str, metavar: str, text: str) -> None:
    parser.add_argument(option, action="append", default=[], metavar=metavar, help=f"{text}; may be repeated")


def _assignments(option: str, texts: Sequence[str], key: type[_Key]) -> dict[_Key, float]:
    values: dict[_Key, float] = {}
    for text in texts:
        name, dummy, value = text.partition("=")
        try:
            values[key(name)] = _number(value)
        except ValueError:
            raise ValueError(f"{option} {text!r} is not of the form NAME=NUMBER") from None
    return values


def _of_nodes(option: str, texts: Sequence[str]) -> dict[int, str]:
    values: dict[int, str] = {}
    for text in texts:
        uid, dummy, value = text.partition("=")
        values[_uid(option, uid)] = value
    return values


def _password(path: str | None) -> str | None:
    if path is None:
        return None
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        raise ValueError(f"{path} has no password in its first line")
    return lines[0]


def _clusters(options: argparse.Namespace) -> Sequence[Cluster] | Fleet:
    """Make the cluster, and its peer if one is wanted; or a fleet."""
    if options.fleet is not None:
        return Fleet(
            options.fleet,
            directory=options.directory,
            nodes=options.nodes,
            version=options.version,
            username=options.username,
            latency=options.latency,
        )
    if options.peer == options.fqdn:
        raise ValueError("--peer needs another name than that of the cluster")
    faults = [parse_fault(text) for text in options.fault]
    both: dict[str, Any] = {
        "nodes": options.nodes,
        "version": options.version,
        "username": options.username,
        "database": options.database,
        "database_client_certificates": options.database_client_certificates,
        "active_active": [ActiveActive()] if options.active_active or options.peer else [],
        "unset": options.unset,
        "primary": options.primary,
        "handle_redirects": options.handle_redirects,
        "basic_auth": not options.no_basic,
        "metrics_auth": options.metrics_auth,
        "update_cert": not options.no_update_cert,
        "directory": options.directory,
        "latency": options.latency,
    }
    cluster = Cluster(
        fqdn=options.fqdn,
        password=_password(options.password_file),
        api_port=options.api_port,
        cm_port=options.cm_port,
        metrics_port=options.metrics_port,
        database_port=options.database_port,
        plain_database=options.plain_database,
        tls_databases=options.tls_databases,
        expires=_assignments("--expires", options.expires, str),
        optional=options.optional,
        lag=_assignments("--lag", options.lag, int),
        down=[_uid("--down", text) for text in options.down],
        internal=_of_nodes("--internal", options.internal),
        external={uid: text.split(",") for uid, text in _of_nodes("--external", options.external).items()},
        internode_outage=options.internode_outage,
        stale_proxy=options.stale_proxy,
        **both,
    )
    for fault in faults:
        cluster.add_fault(fault)
    return [cluster, Cluster(fqdn=options.peer, **both)] if options.peer else [cluster]


def _uid(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{option} {text!r} is not the uid of a node")
    return int(text)


def _write_ready_file(path: Path, value: Mapping[str, Any]) -> None:
    """Put the file in place whole, readable by its owner only: it holds passwords."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    os.replace(name, path)


def _describe(cluster: Cluster) -> str:
    lines = [
        f"cluster   {cluster.fqdn}, {len(cluster.nodes)} nodes, version {cluster.nodes[0].release.text}",
        f"url       {cluster.url}",
        f"username  {cluster.username}",
        f"password  {cluster.password}",
        f"ca        {cluster.ca_path}",
        f"nodes     {', '.join(node.address for node in cluster.nodes)}",
        f"primary   node {cluster.primary.uid}",
        f"ports     API {cluster.api_port}, Cluster Manager {cluster.cm_port}, metrics {cluster.metrics_port}, "
        f"database {cluster.database_port} ({cluster.database})",
    ]
    if cluster.notice:
        lines.append(f"note      {cluster.notice}")
    return "\n".join(lines)


def _serve(clusters: Sequence[Cluster] | Fleet, ready_file: Path | None, stopping: set[signal.Signals]) -> None:
    with ExitStack() as running:
        if isinstance(clusters, Fleet):
            running.enter_context(clusters)
            text = f"fleet     {len(clusters.members)} clusters\nca        {clusters.ca_path}"
            facts: dict[str, Any] = {"ca_path": clusters.ca_path, "clusters": clusters.members}
        else:
            for cluster in clusters:
                running.enter_context(cluster)
            text = "\n\n".join(map(_describe, clusters))
            facts = facts_of(clusters[0])
            for peer in clusters[1:]:
                facts["peer"] = facts_of(peer)
        try:
            print(text, flush=True)
            if ready_file is not None:
                _write_ready_file(ready_file, facts)
            while signal.sigwait({*stopping, _MOVING}) == _MOVING:
                _move_primaries(clusters)
        finally:
            if ready_file is not None:
                ready_file.unlink(missing_ok=True)


def _move_primaries(clusters: Sequence[Cluster] | Fleet) -> None:
    """Make the next node that is up the primary of each cluster; those of a fleet stay as they are."""
    if isinstance(clusters, Fleet):
        return
    for cluster in clusters:
        cluster.move_primary()
        print(f"primary   node {cluster.primary.uid} of {cluster.fqdn}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :returns: the exit code: 0 when stopped by a signal, 2 for a wrong option, 1 when the cluster cannot start.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        clusters = _clusters(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    # Blocked before any thread starts, so that a signal is never lost and clean-up is never cut short.
    stopping = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, {*stopping, _MOVING})
    try:
        _serve(clusters, Path(options.ready_file) if options.ready_file else None, stopping)
    except (OSError, RuntimeError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    return 0
