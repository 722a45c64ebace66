# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters for certificates."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.filter.certificate_facts import certificate_facts
from ansible_collections.redis_enterprise.certificates.plugins.filter.complete_chain import complete_chain
from simulator.authority import Authority, Material, pem_of


def test_chains_are_completed(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue(intermediates=1, root=True)
    path = tmp_path / "root.pem"
    path.write_text(authority.ca_pem)
    given = "".join(map(pem_of, issued.chain[:2]))
    assert complete_chain(given, issuers=authority.ca_pem) == issued.certificate_pem
    assert complete_chain(given, issuers_path=str(path)) == issued.certificate_pem
    assert complete_chain(issued.certificate_pem, issuers=issued.chain_pem) == issued.certificate_pem
    assert complete_chain("as it is", issuers=None, issuers_path="") == "as it is"
    for wrong, message in (
        (issued.leaf_pem, "option issuers: none of its certificates issued certificate 2 of the chain"),
        ("nothing", "option issuers: no PEM block CERTIFICATE found"),
        (str(issued.key_pem), "option issuers: contains a private key"),
    ):
        with pytest.raises(AnsibleFilterError, match=message):
            complete_chain(given, issuers=wrong)
    with pytest.raises(AnsibleFilterError, match=r"option issuers_path: .*gone\.pem cannot be read"):
        complete_chain(given, issuers_path=str(tmp_path / "gone.pem"))


def test_facts(material: Material) -> None:
    facts = certificate_facts(material.certificate_pem)
    assert facts["fingerprint"] == material.fingerprint
    assert facts["chain_fingerprints"] == material.chain_fingerprints
    with pytest.raises(AnsibleFilterError, match="no PEM block CERTIFICATE found"):
        certificate_facts("nothing")
