# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace the certificates of one cluster: backup, write, peers, and the note that it is proven.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.preflight import (
    SEEN_BY_PEERS,
)

from .._variables import name_variables
from .steps import Step, StepFailed

#: What a step is about, as messages name it.
BACK_UP = "Ensure there is a backup of what is about to be replaced"
REPLACE = "Replace all certificates at once"
PROPAGATE = "Propagate what changed to Active-Active peers"

#: Options of M(cluster_certificates), by the variables of the role that give them.
_CHANGE = ("verify", "verify_timeout", "rollback", "wait_timeout", "allow_inactive_nodes", "verify_unchanged")


def change_options(values: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """Return the options of M(cluster_certificates) that the variables of the role give, and others."""
    return {**{option: values[f"rotation_{option}"] for option in _CHANGE}, "replication_follows": True, **other}


class Replacement:
    """What was done so far.

    Attributes:
        failure: what failed, with C(task), C(msg) and C(kind); empty if nothing did.
        written: what the change returned, or would have.
        replicated: what the propagation to peers returned.
        backup: what the backup returned; None if none was to be made.
    """

    def __init__(self, step: Step, say: Callable[[str], None], *, check_mode: bool) -> None:
        """Begin.

        Args:
            step: runs an operation.
            say: shows a text to the user.
        """
        self._step, self._say, self._check_mode = step, say, check_mode
        self.failure: dict[str, Any] = {}
        self.written: Mapping[str, Any] = {}
        self.replicated: Mapping[str, Any] = {}
        self.backup: Mapping[str, Any] | None = None

    def note(self, what: str, error: CertificateError) -> None:
        """Record a failure. The first one comes first.

        Args:
            what: was being done; empty if the message says so.
        """
        said = f"{what}: {error.message}" if what else error.message
        parts = [self.failure.get("msg"), said, _remedy(error)]
        self.failure = {
            "task": self.failure.get("task", what),
            "msg": name_variables(" ".join(filter(None, parts))),
            "kind": self.failure.get("kind", error.kind),
        }

    def note_failed(self, failed: Mapping[str, Any]) -> None:
        """Record the failure of a task.

        Args:
            failed: C(failed_task), C(failed_message), and of its result C(failure) and C(findings).
        """
        said = failed["failed_message"] or "failed. Its own output says why."
        returned = {"msg": said, "failure": failed.get("failure"), "findings": failed.get("findings") or ()}
        self.written = {"findings": returned["findings"]}
        self.note(failed["failed_task"], StepFailed(returned))

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Record what fails in this context.

        Args:
            what: is being done.
        """
        try:
            yield
        except CertificateError as error:
            self.note(what, error)

    def back_up(self, change: Mapping[str, Any], due: Sequence[str], backup: Mapping[str, Any]) -> None:
        """Ensure that there is a backup of what is about to be replaced.

        Directly before the write, so that no failure before it leaves a backup.

        Args:
            change: the options of the change.
            due: what is issued, which differs in any case. In check mode it is not issued.
            backup: where, as options of M(cluster_certificate_backup).

        Raises:
            StepFailed: the change would fail, or the backup cannot be made.
        """
        differing = set(due)
        if change["certificates"]:
            try:
                foretold = self._step("cluster_certificates", change, predict=True)
            except StepFailed as failed:
                self.written = failed.returned
                raise
            differing |= {one["name"] for one in foretold["changes"] if one["action"] != "none"}
        if differing:
            made = self.backup = self._step(
                "cluster_certificate_backup", {**backup, "names": sorted(differing), "until_proven": True}
            )
            if made["changed"] and not self._check_mode:
                self._say(f"backup: {made['path']} ({', '.join(sorted(differing))})")

    def write(self, change: Mapping[str, Any]) -> None:
        """Replace what differs.

        Raises:
            StepFailed: the change fails.
        """
        try:
            self.written = self._step("cluster_certificates", change)
        except StepFailed as failed:
            self.written = failed.returned
            raise

    def propagate(self, issued_later: Sequence[str], managed: Sequence[str], *, resynchronise: bool) -> None:
        """Propagate what changed to Active-Active peers, and complete what an interrupted run left.

        Args:
            issued_later: what check mode does not issue, and so does not see change.
            managed: the certificates that are listed.
            resynchronise: whether the latter is wanted.

        Raises:
            StepFailed: a peer cannot be updated.
        """
        # Also what was restored was another one for a while.
        changes = [one for one in self.written.get("changes", ()) if one["outcome"] not in _NOTHING]
        updated = sorted(SEEN_BY_PEERS & ({one["name"] for one in changes} | set(issued_later)))
        resynchronise = resynchronise and not self.failure and not SEEN_BY_PEERS.isdisjoint(managed)
        if not updated and not resynchronise:
            return
        # The login has to reach the API also where ca_path lacks the CA of its new certificate.
        api = [one["after"]["fingerprint"] for one in changes if one["name"] == "api" and one["outcome"] == "changed"]
        options = {"updated": updated, "resynchronise": resynchronise, **({"api_fingerprint": api[0]} if api else {})}
        try:
            self.replicated = self._step("replication_certificates", options)
        except StepFailed as failed:
            self.replicated = failed.returned
            raise
        updates = [one for one in self.replicated["active_active"] if one["outcome"] == "changed"]
        if updates:
            would = "would be " if self._check_mode else ""
            self._say(f"Active-Active peers {would}updated: {', '.join(one['name'] or one['guid'] for one in updates)}")

    def note_proof(self, backup: Mapping[str, Any]) -> None:
        """Record in the backup that the change is proven, if it is."""
        if not any(one["status"] in ("stale", "failed") for one in self.written.get("nodes", ())):
            self._step("cluster_certificate_backup", {**backup, "state": "proven"})


#: Outcomes of certificates that are as they were.
_NOTHING = ("unchanged", "failed_unchanged")


def _remedy(error: CertificateError) -> str:
    """Return what the module, which knows of no sources, cannot say."""
    findings = error.returned.get("findings", ()) if isinstance(error, StepFailed) else ()
    without = [one for one in findings if (one["id"], one["severity"]) == ("eku_missing", "error")]
    if error.kind != "requirements_not_met" or not any("clientAuth" in one["found"] for one in without):
        return ""
    return (
        "Public CAs no longer issue clientAuth: in rotation_certificates, use the source acme with a private CA, ownca "
        "or vault_pki, or set rotation_requirements=warn."
    )
