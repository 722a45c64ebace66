#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/text_output.py.

DOCUMENTATION = r"""
module: text_output
short_description: Show text for a person in the output of Ansible
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Shows lines as they are, where M(ansible.builtin.debug) would show a list in JSON. Every callback gets them, and so
    do C(ansible-runner) and AWX.
  - Shows nothing where a program reads the output (the callbacks V(json), V(jsonl) and V(null)). Set
    E(REDIS_ENTERPRISE_TEXT_OUTPUT), or the variable C(redis_enterprise_text_output), to V(true) or V(false) to decide
    that yourself, for all text of this collection.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes.controller
attributes:
  check_mode:
    description: Shows the same.
    support: full
options:
  lines:
    description: The lines; each a text, or a list of a text and the name of one of Ansible's settings of colours.
    type: list
    elements: raw
    required: true
seealso:
  - module: redis_enterprise.certificates.audit_report
"""

EXAMPLES = r"""
- name: Show a report
  redis_enterprise.certificates.text_output:
    lines:
      - All certificates are in order.
      - [This one is not., COLOR_WARN]
"""

RETURN = r"""
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
