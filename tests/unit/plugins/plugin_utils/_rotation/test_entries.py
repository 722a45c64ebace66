# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with each entry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import sources
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.entries import rotation_plan

FQDN = "c.example.com"
OWNCA = {"ca_certificate": "ca", "ca_private_key": "very secret"}


@pytest.fixture(autouse=True)
def all_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed here plays no part."""
    monkeypatch.setattr(sources, "find_spec", lambda _collection: object())


def plan(*entries: dict[str, Any], fqdn: str | None = FQDN, **values: Any) -> dict[str, Any]:
    return rotation_plan({"rotation_certificates": list(entries), "rotation_renew_before": 30, **values}, fqdn)


def test_a_run_can_be_limited_to_some() -> None:
    entries = [{"name": name, "source": {"ownca": OWNCA}} for name in ("cm", "cp_internode_encryption", "proxy")]
    made = plan(*entries, rotation_only=["proxy", "cp_internode_encryption", "syncer"])
    # The tasks find the source by the index in the variable, and each CA by the first entry of those that remain.
    assert [(one["name"], one["index"], one["ca"]) for one in made["entries"]] == [
        ("ccs_internode_encryption", 1, "ccs_internode_encryption"),
        ("proxy", 2, "ccs_internode_encryption"),
    ]
    assert (made["problems"], plan(*entries, rotation_only=["syncer"])["entries"]) == ([], [])


def test_entries_get_names_and_defaults_and_no_secrets() -> None:
    made = plan(
        {"name": "proxy", "source": {"ownca": {**OWNCA, "extra_names": ["IP:192.0.2.1", FQDN]}, "acme": None}},
        {"name": "cp_internode_encryption", "source": {"files": {"directory": "here"}}},
        {"name": "ldap_client", "state": "absent"},
        {"name": "cm", "source": {"tasks": {"file": "fetch.yml", "issues": "no", "names": ["other.example.com"]}}},
    )
    assert made["problems"] == []
    assert made["fetched"] == ["cm"]
    assert made["entries"][0] == {
        "name": "proxy",
        "index": 0,
        "state": "present",
        "source": "ownca",
        "issues": True,
        "issuers_path": None,
        "common_name": FQDN,
        "names": [FQDN, f"*.{FQDN}", f"internal.{FQDN}", f"*.internal.{FQDN}", "IP:192.0.2.1"],
        "key_type": "RSA",
        "key_size": 2048,
        "issuer": None,
        "options": {"key_type": "RSA", "days": 365},
        "ca": "proxy",
    }
    assert [entry["name"] for entry in made["entries"][1:]] == ["ccs_internode_encryption", "ldap_client", "cm"]
    assert made["entries"][3]["common_name"] == "other.example.com"
    assert made["entries"][3]["key_size"] is None
    assert "secret" not in json.dumps(made)


def test_a_common_name_has_64_characters_at_most() -> None:
    for fqdn, common_name in (("a" * 52 + ".example.com", "a" * 52 + ".example.com"), ("a" * 53 + ".example.com", "")):
        (entry,) = plan({"name": "proxy", "source": {"ownca": OWNCA}}, fqdn=fqdn)["entries"]
        assert entry["common_name"] == common_name
        assert entry["names"][0] == fqdn


@pytest.mark.parametrize(
    ("names", "common_name"),
    [
        (["DNS:C.example.com", "*.c.example.com"], FQDN),
        (["IP:10.0.0.5", "DNS:redis.lan"], "redis.lan"),
        (["IP:10.0.0.5"], ""),
    ],
)
def test_the_common_name_is_a_host_name(names: list[str], common_name: str) -> None:
    (entry,) = plan({"name": "proxy", "source": {"ownca": {**OWNCA, "names": names}}})["entries"]
    assert entry["common_name"] == common_name
    assert entry["names"] == names


def test_a_ca_is_looked_at_once() -> None:
    vault = {"role": "redis", "connection": {"url": "https://vault.example.com:8200"}}
    made = plan(
        {"name": "api", "source": {"content": {"certificate": "x"}}},
        {"name": "proxy", "source": {"ownca": OWNCA}},
        {"name": "syncer", "source": {"ownca": {**OWNCA, "days": 100, "key_size": 3072}}},
        {"name": "cm", "source": {"ownca": {**OWNCA, "ca_certificate": "another"}}},
        {"name": "metrics_exporter", "source": {"vault_pki": vault}},
        {"name": "ldap_client", "source": {"vault_pki": {**vault, "role": "ldap", "mount": "pki"}}},
        {"name": "sso_service", "source": {"vault_pki": {**vault, "mount": "other"}}},
    )
    assert {entry["name"]: entry["ca"] for entry in made["entries"]} == {
        "api": None,
        "proxy": "proxy",
        "syncer": "proxy",
        "cm": "cm",
        "metrics_exporter": "metrics_exporter",
        "ldap_client": "metrics_exporter",
        "sso_service": "sso_service",
    }


def test_every_problem_is_told_at_once() -> None:
    made = plan(
        {"name": "proxy", "source": {"ownca": {}}},
        {"name": "cm", "source": {"vault_pki": {"role": "redis"}}},
        fqdn=None,
    )
    assert made["entries"] == []
    assert made["problems"] == [
        "proxy: source ownca needs exactly one of ca_certificate and ca_certificate_path.",
        "proxy: source ownca needs exactly one of ca_private_key and ca_private_key_path.",
        "proxy: this user may not see the name of the cluster. Set names of source ownca.",
        "cm: this user may not see the name of the cluster. Set names of source vault_pki.",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"private_key": "a.key"},
        {"certificate": "a.pem", "directory": "here"},
        {"pkcs12": "a.p12", "private_key_passphrase": "x"},
        {"directory": "here", "passphrase": "x"},
    ],
)
def test_files_that_do_not_go_together(files: dict[str, str]) -> None:
    assert len(plan({"name": "proxy", "source": {"files": files}})["problems"]) == 1


@pytest.mark.parametrize(
    "source",
    [
        {"files": {"directory": "here"}},
        {"content": {"certificate": "C", "private_key": "K"}},
        {"ownca": OWNCA},
        {"acme": {"directory": "https://ca.example.com", "account_key": "x", "dns_tasks": "dns.yml"}},
        {"vault_pki": {"role": "redis"}},
        {"tasks": {"file": "issue.yml"}},
    ],
    ids=lambda source: str(next(iter(source))),
)
def test_issuers_of_every_source(source: dict[str, dict[str, Any]]) -> None:
    ((kind, options),) = source.items()

    def planned(**issuers: str | None) -> dict[str, Any]:
        return plan({"name": "proxy", "source": {kind: {**options, **issuers}}})

    assert planned(issuers="secret")["problems"] == []
    assert "secret" not in json.dumps(planned(issuers="secret"))
    (entry,) = planned(issuers=None, issuers_path="root.pem")["entries"]
    assert entry["issuers_path"] == "root.pem"
    assert planned(issuers="x", issuers_path="root.pem")["problems"] == [
        f"proxy: source {kind}: issuers and issuers_path are mutually exclusive. Set one of them."
    ]
