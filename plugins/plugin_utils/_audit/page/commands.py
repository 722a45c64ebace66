# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""For each finding the command to copy: what fixes it, or what shows more where a person has to decide.

Names come from clusters and inventories, and could be anything. What a shell, a pattern of hosts, or a template of
Ansible would take for something else gets no command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from shlex import quote

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import CLIENTS
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import INTERNODE
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import (
    collection_command,
    limited,
)

from .. import certificates
from ..checks.cluster import ALERTS, NOT_REPORTED, pinning
from ..checks.judgement import INFO
from ..types import Certificate, Finding, JudgedCluster, PolicyEntry

_NAMESPACE = "redis_enterprise.certificates"
_FORCE = "-e rotation_force=true"

#: Of a host: no separator, wildcard, range, file, negation or intersection of Ansible's patterns, and no group of all.
_HOST = re.compile(r"(?!(?:all|ungrouped)$)[^\s,:;&!*?~@\[\]{}\\-][^\s,:;&!*?~@\[\]{}\\]*")
#: Of a certificate of a cluster, in a list with commas.
_CERTIFICATE = re.compile(r"[A-Za-z0-9_.-]+")
#: What neither a shell nor Ansible reads as anything but text, in the arguments of an ad-hoc command.
_PLAIN = re.compile(r"[A-Za-z0-9._:/\[\]-]+")
#: Of an API; curl would expand what is in braces.
_URL = re.compile(r"https?://([^\s{}/]+)(?:/[^\s{}]*)?")

#: Policies that no certificate can meet which the cluster issues for itself.
_OF_THE_ISSUER = frozenset({"issuer", "key_size", "lifetime"})
#: How long before its end an internal certificate can be renewed: it is valid for 90 days.
_LONGEST_BEFORE = 89


@dataclass(frozen=True)
class Command:
    """A command, and what else there is to know of it.

    Attributes:
        text: empty: there is none.
        note: what has to be done before it, or why there is none; a sentence.
        rotates: whether it is limited to the certificates that it is for, of which one run replaces several.
    """

    text: str
    note: str = ""
    rotates: bool = False

    def of(self, names: Sequence[str | None]) -> str:
        """Return it for some certificates of one cluster."""
        only = ",".join(dict.fromkeys(name for name in names if name))
        return f"{self.text} -e rotation_only={only}" if self.rotates else self.text


_UNWRITABLE = Command("", "No command: a name in it could be read as something else.")


class _Unwritable(Exception):
    """A name cannot be written into a command."""


@dataclass(frozen=True)
class _Case:
    """One finding, and what is known of its cluster."""

    finding: Finding
    cluster: JudgedCluster
    facts: Certificate | None  # of the certificate that it is about, if the report has them
    policy: PolicyEntry

    def playbook(self, name: str, options: str = "", note: str = "") -> Command:
        """Return a run of a playbook for this cluster alone."""
        if not _HOST.fullmatch(self.cluster["name"]):
            raise _Unwritable
        run = f"{collection_command()}.{name}{limited(self.cluster['name'])}"
        return Command(f"{run} {options}".strip(), note)

    def rotate(self, options: str = "", note: str = "") -> Command:
        """Return a rotation of this certificate alone; others that are due wait for a run of their own."""
        if not _CERTIFICATE.fullmatch(self.finding["certificate"] or ""):
            raise _Unwritable
        return replace(self.playbook("rotate", options, note), rotates=True)

    def module(self, module: str, note: str = "", /, **options: str) -> Command:
        """Return an ad-hoc command; it takes user and password from the environment."""
        if not all(_PLAIN.fullmatch(value) for value in options.values()):
            raise _Unwritable
        arguments = quote(" ".join(f"{option}={value}" for option, value in options.items()))
        return Command(f"ansible localhost -m {_NAMESPACE}.{module} -a {arguments}", note)

    def own_module(self, module: str, note: str = "", /, **options: str) -> Command:
        """Return an ad-hoc command for the API of this cluster."""
        return self.module(module, note, url=self.cluster["url"] or "", **options)

    def curl(self, path: str, options: str) -> str:
        """Return a request to the API, with a body in JSON if there is one; curl asks for the password."""
        url = self.cluster["url"] or ""
        if not _URL.fullmatch(url):
            raise _Unwritable
        kind = "-H 'Content-Type: application/json' " if "-d " in options else ""
        return f"curl --fail --cacert ca.pem -u USER {kind}{options} {quote(url.rstrip('/') + path)}"


def command(finding: Finding, cluster: JudgedCluster | None, policy: PolicyEntry) -> Command:
    """Return the command for a finding.

    Args:
        cluster: the one that it is about; None: all, or one that the report does not have.
        policy: of the report.
    """
    if cluster is None:
        return _BY_CHECK_OF_ALL.get(finding["check"], _UNWRITABLE)
    named = (facts for facts in certificates.of(cluster) if facts["name"] == finding["certificate"])
    case = _Case(finding, cluster, next(named, None), policy)
    by_check = _BY_CHECK.get(finding["check"], _unread if cluster["error"] else _replace)
    try:
        found = by_check(case)
    except _Unwritable:
        return _UNWRITABLE
    # As it is shown, so it is copied: nothing may have to be replaced because it does not print.
    return found if printable(found.text, len(found.text)) == found.text else _UNWRITABLE


def _unread(case: _Case) -> Command:
    """Look at what the API presents, without credentials, where that is the reason; else try again."""
    error = case.cluster["error"]
    kind = str(error["failure"].get("kind", "")) if error else ""
    if kind.startswith("tls") or case.finding["check"] != "reachable":
        note = "Compare the fingerprint before you trust it or rotate: see docs/break-glass.md."
        address = _URL.fullmatch(case.cluster["url"] or "")
        return case.module("served_certificate_info", note, endpoints=address[1] if address else "")
    if error and error["failure"] == NOT_REPORTED:
        return case.playbook("audit", note="Then merge again.")
    return case.playbook("audit")


def _replace(case: _Case) -> Command:
    """Replace the certificate, by what can replace it."""
    facts, name = case.facts, case.finding["certificate"] or ""
    if facts is not None and certificates.belongs_to_database(facts):
        return _replace_of_database(case, facts)
    if name in INTERNODE and case.finding["check"] not in _OF_THE_ISSUER:
        return _rotate_internal(case)
    return case.rotate()


def _replace_of_database(case: _Case, facts: Certificate) -> Command:
    field, uid = CLIENTS.get(facts["kind"]), str(facts["uid"])
    if not _PLAIN.fullmatch(uid):
        raise _Unwritable
    path = f"/v1/bdbs/{uid}"
    if certificates.lets_clients_in(facts):
        if field is None:
            raise _Unwritable
        get = case.curl(f"{path}?fields={field}", "-o list.json")
        put = case.curl(path, "-X PUT -d @list.json")
        return Command(f"{get} && ${{EDITOR:-vi}} list.json && {put}", "The request replaces the whole list.")
    body = "jq -n --rawfile cert FILE.pem --rawfile private_key FILE.key '{$cert, $private_key}'"
    return Command(f"{body} | {case.curl(f'{path}/certificates', '-d @-')}", "FILE: the new certificate and its key.")


def _rotate_internal(case: _Case) -> Command:
    check, name = case.finding["check"], case.finding["certificate"] or ""
    module = "internal_certificate_rotation"
    if check == "issuer_expiry":
        return Command("", "No command: a rotation of internal certificates does not renew their private CA.")
    if check == "expiry":
        within = min(_LONGEST_BEFORE, max(case.policy["fail_within"], case.policy["warn_within"]))
        return case.own_module(module, name=name, renew_before=str(within))
    return case.own_module(module, name=name, force="true")


def _replace_again(case: _Case) -> Command:
    """Replace what could not be read, or what a node has missed: nothing says that it is due."""
    found = _replace(case)
    return case.rotate(_FORCE) if found.rotates else found


def _trusted(case: _Case) -> Command:
    if case.finding["severity"] == INFO:  # another CA than the one that this host trusts may be meant
        return case.playbook(
            "audit",
            "-e redis_enterprise_ca_path=both.pem",
            "both.pem: the CA of the API, and the one that clients trust.",
        )
    return case.playbook("audit") if case.facts is None else _replace(case)


def _alert(case: _Case) -> Command:
    name = next(alert for alert, check in ALERTS.items() if check == case.finding["check"])
    alert = (case.cluster["alerts"] or {}).get(name)
    threshold = alert["threshold"] if alert else None
    days = case.policy["warn_within"] if threshold is None else threshold
    return _set(case, "/v1/cluster", {"alert_settings": {name: {"enabled": True, "threshold": str(days)}}})


def _set(case: _Case, path: str, body: Mapping[str, object]) -> Command:
    return Command(case.curl(path, f"-X PUT -d {quote(json.dumps(body))}"))


def _pin(case: _Case) -> Command:
    replication = case.cluster["replication"]
    for pin in (replication and replication["replica_of"]) or ():
        if case.finding["message"].startswith(pinning(pin)):
            return case.own_module(
                "replication_certificates",
                "proxy.pem: the current certificate of the source.",
                source_certificate_path="/ABSOLUTE/proxy.pem",
                source_hosts=pin["source"] or "",
                databases=pin["database"] or "",
            )
    raise _Unwritable


def _none(reason: str) -> Callable[[_Case], Command]:
    return lambda case: Command("", f"No command: {reason}.")


_EXCEPTIONS = "change audit_exceptions"
_CLOCKS = "wait until it is valid, or correct the clocks"

#: What is not about replacing a certificate.
_BY_CHECK: Mapping[str, Callable[[_Case], Command]] = {
    "chain_not_yet_valid": _none(_CLOCKS),
    "drift": lambda case: case.rotate("--check --diff", "Shows what differs; without --check, rotates."),
    "exception_ended": _none(_EXCEPTIONS),
    "expiry_alert": _alert,
    "hazard": _none("upgrade the cluster before you change these certificates, or keep to the advice"),
    "internal_expiry_alert": _alert,
    "internal_rotation": lambda case: _set(
        case, "/v1/job_scheduler", {"cert_rotation_job_settings": {"enabled": True}}
    ),
    "node_active": lambda case: Command("rladmin status nodes", "On a node of the cluster."),
    "not_yet_valid": _none(_CLOCKS),
    "on_node": _replace_again,
    "reachable": _unread,
    "readable": _replace_again,
    "reading": lambda case: case.playbook("audit"),
    "replica_pin": _pin,
    "served": lambda case: case.playbook("audit", note="Looks again, before you restart anything."),
    "trusted": _trusted,
}
_BY_CHECK_OF_ALL: Mapping[str, Command] = {
    "exception_ended": Command("", f"No command: {_EXCEPTIONS}."),
    "policy": Command("", "No command: give all parts of the fleet the same policy, and audit again."),
}
