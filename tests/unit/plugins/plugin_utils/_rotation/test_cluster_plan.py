# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task shows of the plan for one cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import sources
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.cluster_plan import plan
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import Wanted
from chains import FQDN, make
from simulator.keys import secret_lines

CA = make("Own CA", ca=True)
BOTH = CA.key_pem + CA.pem
CONNECTION = {"url": "https://vault.example.com", "token": CA.key_pem}

#: Each source, with the key of a CA in all options that take a key, or certificates, behind which one may be.
SOURCES: dict[str, dict[str, Any]] = {
    "files": {"certificate": __file__, "private_key": __file__, "private_key_passphrase": CA.key_pem},
    "content": {"certificate": BOTH, "private_key": CA.key_pem, "private_key_passphrase": CA.key_pem},
    "ownca": {"ca_certificate": BOTH, "ca_private_key": CA.key_pem, "ca_private_key_passphrase": CA.key_pem},
    "acme": {
        **{"directory": "https://acme.example.com", "dns_tasks": __file__},
        **{"account_key": CA.key_pem, "account_key_passphrase": CA.key_pem},
        "external_account_binding": {"key": CA.key_pem},
    },
    "vault_pki": {"role": "redis", "connection": CONNECTION},
    "tasks": {"file": __file__},
}


@pytest.mark.parametrize("kind", sources.KINDS)
def test_a_plan_holds_no_private_key(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda _collection: object())
    values = {
        "rotation_certificates": [{"name": "proxy", "source": {kind: {**SOURCES[kind], "issuers": BOTH}}}],
        "rotation_renew_before": 30,
        "rotation_force": False,
    }
    before = {"cluster": {"name": FQDN}, "certificates": []}
    made = plan(Wanted(values, []), before, lambda _entry, _source: BOTH, check_mode=False)
    shown = json.dumps(made).replace("\\n", "\n")
    assert [line for line in secret_lines(CA.key_pem) if line in shown] == []
    assert bool(made["due"]) is (kind in sources.ISSUING)
    if kind == "ownca":
        assert made["authorities"]["proxy"]["pem"] == CA.pem
