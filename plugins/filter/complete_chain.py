# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter complete_chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import missing_library
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import append_issuers
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    parse_pem,
    to_pem,
)

DOCUMENTATION = r"""
name: complete_chain
short_description: Append the root, or further issuers, to a certificate
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Appends the issuers that the CA leaves out of the chain, as the option
    O(redis_enterprise.certificates.cluster_certificate#module:issuers) of the module does.
  - Returns the certificate unchanged without O(issuers) and O(issuers_path).
requirements:
  - cryptography >= 40.0
options:
  _input:
    description: The certificate in PEM, leaf first, then each issuer.
    type: str
    required: true
  issuers:
    description: Further issuers in PEM, in any order. Those that do not continue the chain are ignored.
    type: str
  issuers_path:
    description: Path of a file on the control node with what O(issuers) takes.
    type: path
"""

EXAMPLES = r"""
- name: Append the root
  ansible.builtin.set_fact:
    chain: "{{ issued.cert | redis_enterprise.certificates.complete_chain(issuers_path='/etc/ssl/certs/root.pem') }}"
"""

RETURN = r"""
_value:
  description: The certificate in PEM, leaf first, with its issuers.
  type: str
"""


def complete_chain(pem: Any, *, issuers: str | None = None, issuers_path: str | None = None) -> str:
    """Append further issuers to a certificate.

    Raises:
        AnsibleFilterError: one of them cannot be parsed, nothing continues the chain, or cryptography is missing.
    """
    given = {"issuers": issuers, "issuers_path": issuers_path}
    if not any(given.values()):
        return str(pem)
    missing = missing_library()
    if missing is not None:
        raise AnsibleFilterError(f"complete_chain needs {missing.requirement}, where Ansible itself runs")
    try:
        return to_pem(append_issuers(parse_pem(str(pem)), given))
    except (CertificateParseError, CertificateError) as error:
        raise AnsibleFilterError(f"complete_chain: {error}") from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"complete_chain": complete_chain}
