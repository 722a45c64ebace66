# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why certificates are due."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.filter.certificate_facts import certificate_facts
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.entries import rotation_plan
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.reasons import renewal_reasons
from simulator.authority import Authority

FQDN = "c.example.com"


def test_reasons(authority: Authority) -> None:
    issued = authority.issue(FQDN, sans=[FQDN, "IP:192.0.2.1"], intermediates=1, days=100)
    facts = certificate_facts(issued.certificate_pem)
    ca = issued.chain_fingerprints[1]
    names = ["C.example.com", "IP:192.0.2.1"]
    assert (
        renewal_reasons(facts, renew_before=30, names=names, key_type="RSA", key_size=2048, ca_fingerprints=[ca]) == []
    )
    assert renewal_reasons(facts, renew_before=30, issuer="Unit test CA") == []
    assert renewal_reasons(facts, renew_before=99) == []
    assert renewal_reasons(facts, renew_before=100) == ["expires in 99 days"]
    assert renewal_reasons(facts, renew_before=0, names=["DNS:c.example.com", "d.example.com"]) == [
        "names differ (without d.example.com; with 192.0.2.1)"
    ]
    assert renewal_reasons(facts, renew_before=0, key_type="ECC", key_size=256) == ["key type is RSA, not ECC"]
    assert renewal_reasons(facts, renew_before=0, key_size=4096) == ["key size is 2048, not 4096"]
    assert renewal_reasons(facts, renew_before=0, ca_fingerprints=["00"]) == ["issued by another CA"]
    assert renewal_reasons(facts, renew_before=0, issuer="Other") == [f"issuer is {facts['issuer']}"]
    assert renewal_reasons(facts, renew_before=0, force=True) == ["rotation_force is set"]
    assert renewal_reasons(None, renew_before=0) == ["not installed"]
    assert renewal_reasons({**facts, "error": "why"}, renew_before=0, names=names) == ["cannot be parsed"]


def test_names_are_compared_as_certificates_have_them(authority: Authority) -> None:
    installed = ["IP:2001:db8::1", "xn--bcher-kva.example", "*.xn--strae-oqa.example"]
    facts = certificate_facts(authority.issue(FQDN, sans=installed).certificate_pem)
    names = ["IP:2001:0DB8:0::1", "DNS:B\u00fccher.example", "*.stra\u00dfe.example"]
    assert renewal_reasons(facts, renew_before=0, names=names) == []
    assert renewal_reasons(facts, renew_before=0, names=[*names, "IP:none"]) == ["names differ (without none)"]


def test_reasons_of_time(authority: Authority) -> None:
    expired = certificate_facts(authority.issue(days=-1).certificate_pem)
    assert renewal_reasons(expired, renew_before=0) == [f"expired on {expired['not_after'][:10]}"]
    own = certificate_facts(authority.ca_pem)
    assert renewal_reasons(own, renew_before=0) == ["self-signed"]
    short = Authority(common_name="Short", days=10)
    chain = short.issue(root=True)
    facts = certificate_facts(chain.certificate_pem)
    assert renewal_reasons(facts, renew_before=30) == ["an issuer expires in 9 days"]
    ended: Any = {**facts, "chain_not_after": "2026-01-01T00:00:00Z"}
    (reason,) = renewal_reasons(ended, renew_before=30)
    assert re.fullmatch(r"an issuer expired \d+ days ago", reason)


@pytest.mark.parametrize(
    ("renew_before", "due"), [("29h", []), ("31h", ["expires in 1 day"]), ("1d", []), (2, ["expires in 1 day"])]
)
def test_reasons_of_hours(authority: Authority, renew_before: int | str, due: list[str]) -> None:
    """The root, which ends later, is in the chain too."""
    facts = certificate_facts(authority.issue(days=1.25).certificate_pem)
    assert renewal_reasons(facts, renew_before=renew_before) == due


def test_times_that_are_none(authority: Authority) -> None:
    facts = certificate_facts(authority.issue(days=0.25).certificate_pem)
    assert renewal_reasons(facts, renew_before="8h") == ["expires in less than a day"]
    for wrong in ("soon", "-1", "8 h", "1.5", ""):
        with pytest.raises(ValueError, match="neither a number of days nor a time such as 12d or 8h"):
            renewal_reasons(facts, renew_before=wrong)
        made = rotation_plan({"rotation_certificates": [], "rotation_renew_before": wrong}, FQDN)
        assert "rotation_renew_before: neither a number of days nor a time such as 12d or 8h" in made["problems"][1]
        assert made["renew_before"] == 0
