# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible as plain data.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.json import AnsibleJSONEncoder

#: What Ansible adds to a result: releases such as 2.19 keep it in objects that no JSON can be made of.
_OF_ANSIBLE = frozenset({"deprecations", "exception", "warnings"})


def plain(value: Any) -> Any:
    """Return a value as it would reach a module, with what is vaulted decrypted.

    Raises:
        Exception: a template in it, or the decryption, fails no sooner than it is read here.
    """
    return json.loads(json.dumps(value, cls=AnsibleJSONEncoder, vault_to_text=True))


def plain_result(registered: Mapping[str, Any] | None) -> Any:
    """Return what a task registered, but for what Ansible has added; None: the task did not run."""
    if registered is None:
        return None
    return plain({name: value for name, value in registered.items() if name not in _OF_ANSIBLE})


def take_warnings(result: dict[str, Any]) -> list[str]:
    """Remove the warnings from what a step returned, and return their text.

    Since ansible-core 2.19, those of a module are objects. In 2.21 their list is that of the task, which Ansible shows.
    """
    noted = result.pop("warnings", [])
    texts = [str(getattr(getattr(one, "event", None), "msg", one)) for one in noted]
    noted.clear()
    return texts
