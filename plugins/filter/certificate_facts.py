# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter certificate_facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import missing_library
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    parse_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import (
    CertificateFacts,
    chain_facts,
)

DOCUMENTATION = r"""
name: certificate_facts
short_description: Show facts about a certificate in PEM
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Returns the same facts about a certificate that is not installed as
    M(redis_enterprise.certificates.cluster_certificate_info) returns about an installed one.
requirements:
  - cryptography >= 40.0
options:
  _input:
    description: The certificate in PEM, leaf first, then each issuer. Other blocks are ignored.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show when it expires
  ansible.builtin.debug:
    msg: "{{ (pem | redis_enterprise.certificates.certificate_facts).not_after }}"
  vars:
    pem: "{{ lookup('ansible.builtin.file', 'proxy.pem') }}"
"""

RETURN = r"""
_value:
  description:
    - Facts that need no cluster, such as C(not_after), C(days_remaining) and C(fingerprint). See
      RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates).
  type: dict
"""


def certificate_facts(pem: Any) -> CertificateFacts:
    """Return facts about the first certificate, and the fingerprints of all.

    Raises:
        AnsibleFilterError: it cannot be parsed, or cryptography is missing.
    """
    missing = missing_library()
    if missing is not None:
        raise AnsibleFilterError(f"certificate_facts needs {missing.requirement}, where Ansible itself runs")
    try:
        return chain_facts(parse_pem(str(pem)), datetime.now(timezone.utc))
    except CertificateParseError as error:
        raise AnsibleFilterError(f"certificate_facts: {error}") from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"certificate_facts": certificate_facts}
