# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that take what a source has issued.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context

from ._composite import CompositeAction
from ._rotation.authorities import source_of
from ._rotation.issued import check_issued, complete
from ._rotation.material import rotation_material
from ._rotation.refusals import note_refusal
from ._rotation.replacement import change_options

#: Failures that the same order would meet again.
_OF_MATERIAL = frozenset(
    {
        "certificate_not_yet_valid",
        "chain_order",
        "invalid_certificate",
        "issued_already_due",
        "issuer_missing",
        "requirements_not_met",
    }
)


class IssuingAction(CompositeAction):
    """An action whose result holds material, for a task with C(no_log)."""

    def issue(self, task: Context) -> tuple[dict[str, Any], bool]:
        """Return the material by the name of the certificate, with what was collected before; whether files changed.

        Raises:
            CertificateError: nothing is issued, or what was cannot be used.
        """
        raise NotImplementedError

    def do(self, task: Context) -> dict[str, Any]:
        self.plan = self.plan_handed_on()
        try:
            issued, changed = self.issue(task)
        except CertificateError as error:
            raise error.with_result(plan=self.plan) from None
        return {"changed": changed, "issued": issued, "plan": self.plan}

    def take(self, task: Context, entry: Mapping[str, Any], got: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """Check and keep what was issued, and return it, with whether files were changed.

        Args:
            entry: of the plan.
            got: C(certificate), C(private_key) and perhaps C(private_key_passphrase).

        Raises:
            CertificateError: it would be due again at once, or the cluster would refuse it.
        """
        values = self.wanted().values
        with self._noting(entry, values):
            whole = complete(entry, source_of(entry, values), got)
            if entry["issues"]:
                check_issued(entry, whole["certificate"], self.plan["authorities"], values)
        kept = {"changed": False}
        if values["rotation_keep_material"] and not task.check_mode:
            files = {"path": values["rotation_keep_material"], "name": entry["name"]}
            material = {key: whole[key] for key in ("certificate", "private_key")}
            kept = self.step("certificate_files", {**files, **material}, connected=False)
        if entry["issues"]:
            # Before the next one is ordered: what is refused for one would be for each, and public CAs limit how many.
            entries = [values["rotation_certificates"][entry["index"]]]
            change = change_options(
                values,
                certificates=rotation_material(entries, {entry["name"]: whole}, compare=values["rotation_compare"]),
                requirements=values["rotation_requirements"],
            )
            # The ports are looked at once, before the write. Only strict refuses for what they show.
            verify = "strict" if values["rotation_verify"] == "strict" else "none"
            with self._noting(entry, values):
                self.step("cluster_certificates", {**change, "verify": verify}, predict=True)
        return whole, kept["changed"]

    @contextmanager
    def _noting(self, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
        """Note what is refused in this context for what it is, and not for what the cluster was just then."""
        try:
            yield
        except CertificateError as error:
            if error.kind in _OF_MATERIAL:
                note_refusal(self.host().name, entry, values, error)
            raise
