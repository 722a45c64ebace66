# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module issued_certificate: in the controller, where the material is."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import composite
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._issuing import IssuingAction


class ActionModule(IssuingAction):
    operation = composite({})

    def issue(self, task: Context) -> tuple[dict[str, Any], bool]:
        entry = self.variable("rotation__entry")
        whole, changed = self.take(task, entry, self.variable("rotation__got"))
        return {**self.handed_on("issued"), entry["name"]: whole}, changed
