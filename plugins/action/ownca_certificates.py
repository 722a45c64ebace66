# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module ownca_certificates: in the controller, where the CA is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import composite
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._issuing import IssuingAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import ownca
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.authorities import source_of


class ActionModule(IssuingAction):
    operation = composite({})

    def issue(self, task: Context) -> tuple[dict[str, Any], bool]:
        values = self.wanted().values
        issued, changed = self.handed_on("issued"), False
        for entry in self.plan["issued"]:
            if entry["source"] == "ownca":
                got = self._issue(entry, source_of(entry, values), self.plan["authorities"][entry["ca"]]["pem"])
                issued[entry["name"]], kept = self.take(task, entry, got)
                changed |= kept
        return issued, changed

    def _issue(self, entry: Mapping[str, Any], source: Mapping[str, Any], ca_pem: str) -> dict[str, Any]:
        what = f"Issue the certificate {entry['name']}"
        key = self.foreign(what, *ownca.private_key(entry))["privatekey"]
        request = self.foreign(what, *ownca.signing_request(entry, key))["csr"]
        signed = self.foreign(what, *ownca.certificate(entry, source, request, ca_pem))["certificate"]
        return {"certificate": f"{signed.strip()}\n{ca_pem}", "private_key": key}
