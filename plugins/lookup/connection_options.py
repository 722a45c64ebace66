# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup connection_options."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connection_options
short_description: Return the options of the connection that a host has variables for
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Returns what the variables C(redis_enterprise_url), C(redis_enterprise_username) and so on of a host say, as options
    of the modules of this collection. One that is not set is left out. Paths start at the working directory of
    C(ansible-playbook).
  - The role P(redis_enterprise.certificates.rotation#role) gives them to its tasks.
options:
  _terms:
    description: Nothing.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Read the certificates of the cluster
  redis_enterprise.certificates.cluster_certificate_info:
  module_defaults:
    group/redis_enterprise.certificates.redis_enterprise: >-
      {{ query('redis_enterprise.certificates.connection_options') | first }}
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._hosts import Host


class LookupModule(LookupBase):  # type: ignore[misc] # Ansible has no type hints
    """The lookup."""

    def run(self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        """Return the options of the host whose variables these are.

        Raises:
            AnsibleLookupError: a variable cannot be evaluated.
        """
        known: Mapping[str, Any] = variables or {}
        try:
            return [Host(known["inventory_hostname"], lambda: known, self._templar).connection()]
        except CertificateError as error:
            problem = error.message
        raise AnsibleLookupError(problem)  # without that one for its context, which Ansible would print
