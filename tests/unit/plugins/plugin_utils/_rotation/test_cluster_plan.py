# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan for one cluster shows, and that it finds what would refuse any certificate before one is issued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.filter.certificate_facts import certificate_facts
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
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
        "directory": "https://acme.example.com",
        "dns_tasks": __file__,
        "account_key": CA.key_pem,
        "account_key_passphrase": CA.key_pem,
        "external_account_binding": {"key": CA.key_pem},
    },
    "vault_pki": {"role": "redis", "connection": CONNECTION},
    "tasks": {"file": __file__},
}


@pytest.mark.parametrize("kind", sources.KINDS)
def test_a_plan_holds_no_private_key(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda _collection: object())
    values = {
        **dict.fromkeys(("rotation_keep_material", "rotation_allow_inactive_nodes")),
        "rotation_certificates": [{"name": "proxy", "source": {kind: SOURCES[kind]}}],
        "rotation_renew_before": 30,
        "rotation_force": False,
    }
    before = {"cluster": {"name": FQDN}, "certificates": [], "inactive_nodes": []}
    made = plan(Wanted(values, []), before, lambda _entry, _source: BOTH, check_mode=False)
    shown = json.dumps(made).replace("\\n", "\n")
    assert [line for line in secret_lines(CA.key_pem) if line in shown] == []
    assert bool(made["due"]) is (kind in sources.ISSUING)
    if kind == "ownca":
        assert made["authorities"]["proxy"]["pem"] == CA.pem


INACTIVE = [{"uid": 3, "address": "10.0.0.3", "status": "down"}]


def planned(folder: Path, *installed: Any, inactive: Any = (), issuers: str | None = None, **more: Any) -> Any:
    (folder / "issue.yml").touch()
    source = {"file": str(folder / "issue.yml"), "issuers": issuers}
    values = {
        **dict.fromkeys(("rotation_keep_material", "rotation_allow_inactive_nodes", "rotation_force")),
        "rotation_certificates": [{"name": "proxy", "source": {"tasks": source}}],
        "rotation_renew_before": 30,
        **more,
    }
    before = {"cluster": {"name": FQDN}, "certificates": installed, "inactive_nodes": inactive}
    return plan(Wanted(values, []), before, lambda *_entry: "", check_mode=False)


@pytest.mark.parametrize(
    ("kind", "why", "options"),
    [
        ("invalid_certificate", "proxy: source tasks: option issuers: no PEM block", {"issuers": "none"}),
        ("unexpected_private_key", "contains a private key", {"issuers": make("Root", ca=True).key_pem}),
        (
            "invalid_option",
            "rotation_keep_material: .* cannot be written",
            {"rotation_keep_material": "issue.yml/kept"},
        ),
        ("node_not_active", r"proxy: node 3 \(10.0.0.3\) is down", {"inactive": INACTIVE}),
    ],
)
def test_what_would_refuse_any_certificate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, why: str, options: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CertificateError, match=why) as raised:
        planned(tmp_path, **options)
    assert raised.value.kind == kind
    good = {**certificate_facts(make(FQDN, make("Root", ca=True)).pem), "name": "proxy"}
    assert planned(tmp_path, good, **options)["due"] == {}


def test_what_can_be_used_is_issued(tmp_path: Path) -> None:
    more = {"rotation_keep_material": str(tmp_path / "new" / "kept"), "rotation_allow_inactive_nodes": True}
    made = planned(tmp_path, inactive=INACTIVE, issuers=make("Root", ca=True).pem, **more)
    assert made["due"] == {"proxy": ["not installed"]}
    assert [one["name"] for one in made["issued"]] == ["proxy"]
    assert list(tmp_path.iterdir()) == [tmp_path / "issue.yml"]
