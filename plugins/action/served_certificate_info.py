# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module served_certificate_info, in the controller where that can be."""

from __future__ import annotations

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import served_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction


class ActionModule(OperationAction):
    operation = served_certificate_info.OPERATION
