#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/fleet_rotation_plan.py.

DOCUMENTATION = r"""
module: fleet_rotation_plan
short_description: Plan the rotation of the certificates of many clusters
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads the clusters of hosts in parallel, compares them with the variables of the role
    P(redis_enterprise.certificates.rotation#role) that each host has, and shows which are due and why, which are in
    order, and which cannot be rotated.
  - A cluster is unfinished if nothing differs, but an earlier run left something undone. A port presents another
    certificate than the API reports, or the metrics of a node show another one; an Active-Active database is not in
    sync with its peers; or the change after the backup is not proven. With C(rotation_verify_unchanged=false), only the
    backup counts.
  - A certificate that tasks fetch at every run (source C(tasks) with C(issues=false)) is due each time.
  - The playbook C(redis_enterprise.certificates.rotate) begins with it.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes.controller
attributes:
  check_mode:
    description: Reads only, so that check mode changes nothing about it.
    support: full
options:
  hosts:
    description: Hosts of the inventory. Each is one cluster.
    type: list
    elements: str
    required: true
  serial:
    description:
      - How many clusters are rotated at the same time, as the keyword C(serial) of a play. V(0) is all.
      - Clusters that share an Active-Active database, and hosts that are the same cluster, are not rotated at the same
        time in any case.
    type: raw
    default: 1
  concurrency:
    description: How many clusters are read at the same time.
    type: int
    default: 16
seealso:
  - module: redis_enterprise.certificates.fleet_certificate_info
  - module: redis_enterprise.certificates.fleet_rotation_summary
"""

EXAMPLES = r"""
- name: Show what a rotation would do
  redis_enterprise.certificates.fleet_rotation_plan:
    hosts: "{{ ansible_play_hosts_all }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
clusters:
  description: The plan for each cluster, in the order of O(hosts).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The host.
      type: str
      returned: always
    state:
      description: V(due), V(unfinished), V(in_order) or V(failed).
      type: str
      returned: always
    certificates:
      description: What is to be done, and why.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name of the certificate; null for something about the cluster.
          type: str
          returned: always
        action:
          description: V(issue), V(update), V(delete), V(compare) or V(finish).
          type: str
          returned: always
        reason:
          description: Why.
          type: str
          returned: always
        source:
          description: The kind of its source.
          type: str
          returned: always
    error:
      description: Why the cluster cannot be rotated, with C(msg) and C(failure); null if it can.
      type: dict
      returned: always
due:
  description: Those to rotate, in this order.
  returned: success
  type: list
  elements: str
sizes:
  description: How many of them at the same time, for the keyword C(serial).
  returned: success
  type: list
  elements: int
unusable:
  description: Those that cannot be rotated.
  returned: success
  type: list
  elements: str
reporting:
  description: The same, or the first host if there are none.
  returned: success
  type: list
  elements: str
patterns:
  description: For each host a pattern that Ansible takes as one, also if the name has spaces or colons.
  returned: success
  type: dict
failure:
  description: Why the task failed.
  returned: failure
  type: dict
"""
