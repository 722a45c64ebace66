# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One function for each module: options in, result out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Callable

from . import _installed, _material, _names, _options, _plan, _releases, _transaction
from ._api import Api
from ._errors import CertificateError
from ._session import Session

#: Statuses that mean that this user, or this version, does not get to see it.
_NOT_VISIBLE = frozenset({"forbidden", "not_found", "method_not_allowed"})


@dataclass
class Task:
    """What an operation gets, and where it leaves its warnings."""

    params: Mapping[str, Any]
    check_mode: bool
    warnings: list[str] = field(default_factory=list)

    def connect(self) -> Session:
        """A session with the cluster that the options name.

        Raises:
            CertificateError: an option is wrong.
        """
        connection = _options.connection(self.params, os.environ)
        self.warnings.extend(connection.warnings)
        return Session(connection)


Operation = Callable[[Task], "dict[str, Any]"]


def cluster_certificate(task: Task) -> dict[str, Any]:
    """Have one certificate present or absent.

    Raises:
        CertificateError: naming the certificate.
    """
    name = _names.canonical(task.params["name"].strip())
    if not name:
        raise CertificateError("invalid_option", "option name is empty. Give a certificate name.", option="name")
    try:
        return _cluster_certificate(task, name)
    except CertificateError as error:
        error.about(name).with_result(name=name)
        raise


def _cluster_certificate(task: Task, name: str) -> dict[str, Any]:
    params = task.params
    _options.check_range(params, "wait_timeout", 0, 86400, "seconds")
    now = datetime.now(timezone.utc)
    wanted = _material.from_options(name, params, now) if params["state"] == "present" else None
    with task.connect() as session:
        api = Api(session)
        installed = _transaction.installed(api, name)
        if wanted is None:
            change = _plan.absent(name, installed)
        else:
            change = _plan.present(
                wanted, installed, compare_chain=params["compare"] == "chain", force=params["force"], now=now
            )
        after = change.after
        if change.action != "none" and not task.check_mode:
            reached = _transaction.apply(api, change, params["wait_timeout"])
            after = reached.facts if reached else None
    return {
        "changed": change.action != "none",
        "change": change.action,
        "name": name,
        "before": change.before,
        "after": after,
        "diff": change.diff,
    }


def cluster_certificate_info(task: Task) -> dict[str, Any]:
    """Facts about the certificates that a cluster has.

    Raises:
        CertificateError: the certificates cannot be read.
    """
    params = task.params
    _options.check_range(params, "expires_within", 0, 100_000, "days")
    now = datetime.now(timezone.utc)
    with task.connect() as session:
        api = Api(session)
        stored = api.certificates()
        cluster = {"name": _cluster_name(api, task), "url": api.url, "version": _version(api, task)}

    missing: list[str] = []
    if params["names"] is not None:
        missing = [name for name in params["names"] if _names.canonical(name) not in stored]
        wanted = set(map(_names.canonical, params["names"]))
        stored = {name: value for name, value in stored.items() if name in wanted}
    found = [_installed.Installed.of(name, stored[name], now) for name in sorted(stored)]
    if params["expires_within"] is not None:
        found = [certificate for certificate in found if certificate.expires_within(params["expires_within"], now)]
    return {
        "changed": False,
        "cluster": cluster,
        "certificates": [certificate.facts for certificate in found],
        "missing": missing,
    }


def _if_visible(task: Task, read: Callable[[], Any]) -> Any:
    """What a read returns, or None where this user or this version does not get to see it."""
    try:
        return read()
    except CertificateError as error:
        if error.kind not in _NOT_VISIBLE:
            task.warnings.append(error.message)
        return None


def _text(facts: Any, field: str) -> str | None:
    """A field of an API answer, where it is there and text."""
    value = facts.get(field) if isinstance(facts, dict) else None
    return value if value and isinstance(value, str) else None


def _cluster_name(api: Api, task: Task) -> str | None:
    return _text(_if_visible(task, api.cluster), "name")


def _version(api: Api, task: Task) -> str | None:
    """The version of the oldest node, else of the node that answers."""
    nodes = _if_visible(task, api.nodes)
    if nodes is not None:
        return _releases.oldest(filter(None, (_text(node, "software_version") for node in nodes)))
    bootstrap = _if_visible(task, api.bootstrap) or {}
    return _text(bootstrap, "software_version") or _text(bootstrap.get("local_node_info"), "software_version")
