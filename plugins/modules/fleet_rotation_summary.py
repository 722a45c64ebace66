#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/fleet_rotation_summary.py.

DOCUMENTATION = r"""
module: fleet_rotation_summary
short_description: Show what the rotation or the rollback of many clusters came to
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Shows which clusters were changed, and how far that is proven; which failed, and why; which have not been begun; and
    the next command.
  - Uses the plan of M(redis_enterprise.certificates.fleet_rotation_plan), and the variable C(rotation_result) that the
    role P(redis_enterprise.certificates.rotation#role) has set for each host.
  - The playbooks C(redis_enterprise.certificates.rotate) and C(redis_enterprise.certificates.rollback) end with it.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes.controller
attributes:
  check_mode:
    description: Says what would be changed.
    support: full
options:
  clusters:
    description: The plan. Exactly one of O(clusters) and O(rolled_back) is required.
    type: list
    elements: dict
  rolled_back:
    description: The hosts that were to be rolled back.
    type: list
    elements: str
seealso:
  - module: redis_enterprise.certificates.fleet_rotation_plan
"""

EXAMPLES = r"""
- name: Plan
  redis_enterprise.certificates.fleet_rotation_plan:
    hosts: "{{ ansible_play_hosts_all }}"
  run_once: true
  delegate_to: localhost
  register: plan

- name: Show what is still to be done
  redis_enterprise.certificates.fleet_rotation_summary:
    clusters: "{{ plan.clusters }}"
  run_once: true
"""

RETURN = r"""
clusters:
  description: What became of each cluster, in the order of O(clusters) or O(rolled_back).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The host.
      type: str
      returned: always
    outcome:
      description: V(changed), V(in_order), V(failed) or V(not_started).
      type: str
      returned: always
    text:
      description: What was changed, and how far that is proven; or why it failed.
      type: str
      returned: always
    backup:
      description: The path of the backup that was made; null if none was.
      type: str
      returned: always
failure:
  description: Why the task failed.
  returned: failure
  type: dict
"""
