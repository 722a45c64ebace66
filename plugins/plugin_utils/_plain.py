# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible as plain data.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import json
from typing import Any

from ansible.module_utils.common.json import AnsibleJSONEncoder


def plain(value: Any) -> Any:
    """Return a value as it would reach a module, with what is vaulted decrypted.

    Raises:
        Exception: a template in it, or the decryption, fails no sooner than it is read here.
    """
    return json.loads(json.dumps(value, cls=AnsibleJSONEncoder, vault_to_text=True))
