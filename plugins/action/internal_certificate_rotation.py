# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module internal_certificate_rotation, in the controller where that can be."""

from __future__ import annotations

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    internal_certificate_rotation,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction


class ActionModule(OperationAction):
    operation = internal_certificate_rotation.OPERATION
