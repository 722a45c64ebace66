# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter batch_sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: batch_sizes
short_description: Check how many clusters are rotated at a time
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Returns a value for the keyword C(serial) as it is, and fails with a sentence where Ansible could not use it.
  - What is so long that it can only be something else becomes V(1), and is never shown. The role refuses it.
options:
  _input:
    description: A number of hosts, V(0) for all at once, a percentage such as V(20%), or a list of them.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show how many clusters are rotated at a time
  ansible.builtin.debug:
    msg: "{{ rotation_serial | default(1) | redis_enterprise.certificates.batch_sizes }}"
"""

RETURN = r"""
_value:
  description: The same.
  type: raw
"""

_SIZE = re.compile(r"\d{1,6}|(100|[1-9]?\d)%")
_LONGEST = 200


def batch_sizes(value: Any) -> Any:
    """Return the value, if it can be used.

    Raises:
        AnsibleFilterError: it cannot.
    """
    if len(str(value)) > _LONGEST:
        return 1
    sizes = value if isinstance(value, list) else [value]
    if sizes and all(not isinstance(one, bool) and _SIZE.fullmatch(str(one)) for one in sizes):
        return value
    raise AnsibleFilterError(
        "rotation_serial: must be a number of clusters, a percentage such as 20%, or a list of both; 0 means all at "
        "once. Change it"
    )


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"batch_sizes": batch_sizes}
