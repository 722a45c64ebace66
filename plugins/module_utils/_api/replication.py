# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The endpoints that propagate a new certificate to peers: Active-Active databases, their tasks, replica sources.

Facts about statuses and bodies: vendor, REST API reference, requests for CRDBs, CRDB tasks and databases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from .._errors import CertificateError
from .._secrets import Secret
from . import fields
from .client import Api, identifier
from .databases import client_certificates
from .replica_source import ReplicaSource

_FORCE_STATUS = {
    400: (
        "update_refused",
        "the cluster refused the update as invalid",
        "Check the database with crdb-cli on a node of the cluster",
    ),
    406: (
        "update_refused",
        "the cluster cannot accept the update",
        "Check the state of the database on all participating clusters",
    ),
    404: ("not_found", "the cluster has no Active-Active database of this guid", "Check that it was not deleted"),
    409: ("conflict", "another update of the database is under way", "Wait until it has finished, then run again"),
}
_TASK_STATUS = {
    404: (
        "task_unknown",
        "the cluster does not know the task, so its result is unknown (results are kept for 500 s, or less because of "
        "RS171560 before 7.22.2-20)",
        "Run again with force=true",
    ),
}
_SOURCES_REFUSED = ("sources_refused", "the cluster refused the replica sources as invalid", "Check source_certificate")
_DATABASE_STATUS = {
    # No reference says which one a server uses.
    **dict.fromkeys((400, 406, 422), _SOURCES_REFUSED),
    404: ("not_found", "the cluster has no database of this uid", "Check that it was not deleted"),
    409: ("conflict", "another change of the database is under way", "Wait until it has finished, then run again"),
}

_STATUS = re.compile(r"[a-z][a-z0-9-]{0,63}")

#: A synchronisation with a peer that is well (vendor: crdt_sources object, status).
_IN_SYNC = "in-sync"

#: What only the server sets in an entry of C(replica_sources) (vendor: syncer_sources object, read-only fields).
_READ_ONLY = frozenset({"status", "lag", "last_error", "last_update", "rdb_size", "rdb_transferred"})

_CLUSTER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")


class Crdb(NamedTuple):
    """An Active-Active database."""

    guid: str
    name: str | None
    clusters: tuple[str, ...]  # names of the participating clusters


class TaskError(NamedTuple):
    """Why a task failed on one participating cluster; None for what is not a name, or not an identifier."""

    cluster_name: str | None
    error_code: str | None


class CrdbTask(NamedTuple):
    """How far an update is."""

    status: str | None  # "queued", "started", "finished", "failed"; None: no identifier
    errors: tuple[TaskError, ...]


class Database(NamedTuple):
    """A database of one cluster."""

    uid: int | str
    name: str | None
    sources: tuple[ReplicaSource, ...]  # what it replicates, in the order of the API
    status: str | None = None  # such as "active-change-pending"; None: the API does not say
    client_certificates: tuple[str, ...] = ()  # PEM: those of clients and peers that it lets in
    crdb: str | None = None  # the guid of the Active-Active database that it is an instance of
    peers: tuple[str, ...] = ()  # how far it is with each of its peers: "in-sync", "syncing", "out-of-sync"

    @property
    def active(self) -> bool:
        """Return whether the database is active, or its status is unknown.

        Until then its last change is not in force, and no other is accepted.
        """
        return self.status in (None, "active")

    @property
    def in_sync(self) -> bool:
        """Return whether it has what each of its peers has."""
        return all(status == _IN_SYNC for status in self.peers)


def _database_status(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) and _STATUS.fullmatch(value) else "in an unknown state"


def _cluster_name(value: Any) -> str | None:
    name = value.get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) and _CLUSTER_NAME.fullmatch(name) else None


class ReplicationApi(Api):
    """The endpoints. Every method raises CertificateError when it does not get what it promises."""

    def crdbs(self) -> list[Crdb]:
        """Return all Active-Active databases in which the cluster participates."""
        path = "/v1/crdbs"
        found = []
        for facts in self._get_list(path):
            guid = fields.plain(facts, "guid")
            if guid is None:
                self._unexpected(f"GET {path}", "a list of databases, each with a guid")
            names = [_cluster_name(instance.get("cluster")) for instance in fields.mappings(facts, "instances")]
            found.append(Crdb(guid, fields.text(facts, "name"), tuple(name for name in names if name)))
        return found

    def force_update(self, guid: str) -> str:
        """Begin a forced configuration update, by one request; return the id of its task. It is not repeated here."""
        path = f"/v1/crdbs/{quote(guid, safe='')}/updates"
        response = self._send("POST", path, {"force_update": True}, _FORCE_STATUS)
        try:
            answer = self._content(response, f"POST {path}")
        except CertificateError:
            answer = None
        task = fields.uid(answer, "id")
        if task is None:
            raise CertificateError(
                "task_unknown",
                f"POST {path} to {self.url}: the response names no task, so its result is unknown. "
                "Run again with force=true.",
                cluster=self.url,
            )
        return str(task)

    def crdb_task(self, task: str) -> CrdbTask:
        """Return how far the update is to which a task belongs."""
        facts = self._get_object(f"/v1/crdb_tasks/{quote(task, safe='')}", _TASK_STATUS)
        errors = [
            TaskError(_cluster_name(error.get("cluster_name")), identifier(error.get("error_code")))
            for error in fields.mappings(facts, "errors")
        ]
        return CrdbTask(identifier(facts.get("status")), tuple(errors))

    def databases(self) -> list[Database]:
        """Return all databases, with what they replicate."""
        found = []
        for facts in self.bdbs():
            uid = fields.uid(facts)
            if uid is None:
                self._unexpected("GET /v1/bdbs", "a list of databases, each with a uid")
            found.append(
                Database(
                    uid,
                    fields.text(facts, "name"),
                    tuple(map(ReplicaSource.of, fields.entries(facts, "replica_sources"))),
                    _database_status(facts.get("status")),
                    tuple(pem for _kind, pem in client_certificates(facts)),
                    fields.text(facts, "crdt_guid"),
                    tuple(
                        status
                        for source in fields.mappings(facts, "crdt_sources")
                        if (status := fields.text(source, "status")) is not None
                    ),
                )
            )
        return found

    def replace_sources(self, uid: int | str, entries: Sequence[Secret]) -> None:
        """Replace all that a database replicates. It is not repeated here.

        Entries go back as they came. A server that refuses what only it may set gets them once more without that.

        Args:
            entries: JSON objects.
        """
        path = f"/v1/bdbs/{quote(str(uid), safe='')}"
        whole = [json.loads(entry.reveal()) for entry in entries]
        try:
            self._send("PUT", path, {"replica_sources": whole}, _DATABASE_STATUS)
        except CertificateError as error:
            settable = [_settable(entry) for entry in whole]
            if error.kind != "sources_refused" or settable == whole:
                raise
            self._send("PUT", path, {"replica_sources": settable}, _DATABASE_STATUS)


def _settable(entry: Any) -> Any:
    return {key: value for key, value in entry.items() if key not in _READ_ONLY} if isinstance(entry, dict) else entry
