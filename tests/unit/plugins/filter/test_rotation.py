# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role rotation decides before it does anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.filter.certificate_facts import certificate_facts
from ansible_collections.redis_enterprise.certificates.plugins.filter.complete_chain import complete_chain
from ansible_collections.redis_enterprise.certificates.plugins.filter.renewal_reasons import renewal_reasons
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_material import rotation_material
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_plan import rotation_plan
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_result import rotation_result
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_table import rotation_table
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import sources
from simulator.authority import Authority, Material, pem_of

FQDN = "c.example.com"
OWNCA = {"ca_certificate": "ca", "ca_private_key": "very secret"}


@pytest.fixture(autouse=True)
def all_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed here plays no part."""
    monkeypatch.setattr(sources, "find_spec", lambda _collection: object())


def plan(*entries: dict[str, Any], fqdn: str | None = FQDN) -> dict[str, Any]:
    return rotation_plan(list(entries), fqdn)


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


def test_issuers_of_what_is_there_go_to_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = rotation_material(
        [
            {"name": "proxy", "source": {"files": {"directory": "here", "issuers_path": "root.pem", "issuers": None}}},
            {"name": "cm", "source": {"content": {"certificate": "C", "private_key": "K", "issuers": "R"}}},
            {"name": "api", "source": {"ownca": {**OWNCA, "issuers": "R"}}},
        ],
        {"api": {"certificate": "I", "private_key": "J"}},
        compare="chain",
    )
    assert [(one.get("issuers"), one.get("issuers_path")) for one in made] == [
        (None, f"{tmp_path}/root.pem"),
        ("R", None),
        (None, None),
    ]


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


def test_material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    made = rotation_material(
        [
            {"name": "proxy", "source": {"files": {"certificate": "~/a.pem", "private_key": "/a.key"}}},
            {"name": "api", "compare": "leaf", "source": {"files": {"directory": "here"}}},
            {"name": "mtls_trusted_ca", "source": {"files": {"directory": "here"}}},
            {"name": "cm", "source": {"files": {"pkcs12": "cm.p12", "passphrase": "open"}}},
            {
                "name": "syncer",
                "source": {"content": {"certificate": "C", "private_key": "K", "private_key_passphrase": ""}},
            },
            {"name": "cp_internode_encryption", "source": {"ownca": OWNCA}},
            {"name": "dp_internode_encryption", "source": {"ownca": OWNCA}},
            {"name": "ldap_client", "state": "absent"},
        ],
        {"ccs_internode_encryption": {"certificate": "I", "private_key": "J"}},
        compare="chain",
    )
    common = {"state": "present", "compare": "chain"}
    assert made == [
        {**common, "name": "proxy", "certificate_path": "/home/somebody/a.pem", "private_key_path": "/a.key"},
        {
            **common,
            "name": "api",
            "compare": "leaf",
            "certificate_path": f"{tmp_path}/here/api.pem",
            "private_key_path": f"{tmp_path}/here/api.key",
        },
        {**common, "name": "mtls_trusted_ca", "certificate_path": f"{tmp_path}/here/mtls_trusted_ca.pem"},
        {**common, "name": "cm", "pkcs12_path": f"{tmp_path}/cm.p12", "private_key_passphrase": "open"},
        {**common, "name": "syncer", "certificate": "C", "private_key": "K"},
        {**common, "name": "ccs_internode_encryption", "certificate": "I", "private_key": "J"},
        {**common, "name": "ldap_client", "state": "absent"},
    ]


def test_facts(material: Material) -> None:
    facts = certificate_facts(material.certificate_pem)
    assert facts["fingerprint"] == material.fingerprint
    assert facts["chain_fingerprints"] == material.chain_fingerprints
    with pytest.raises(AnsibleFilterError, match="no PEM block CERTIFICATE found"):
        certificate_facts("nothing")


def test_reasons(authority: Authority) -> None:
    issued = authority.issue(FQDN, sans=[FQDN, "IP:192.0.2.1"], intermediates=1, days=100)
    facts = certificate_facts(issued.certificate_pem)
    ca = issued.chain_fingerprints[1]
    names = ["C.example.com", "IP:192.0.2.1"]
    assert renewal_reasons(facts, renew_before=30, names=names, key_type="RSA", key_size=2048, ca_fingerprint=ca) == []
    assert renewal_reasons(facts, renew_before=30, issuer="Unit test CA") == []
    assert renewal_reasons(facts, renew_before=99) == []
    assert renewal_reasons(facts, renew_before=100) == ["expires in 99 days"]
    assert renewal_reasons(facts, renew_before=0, names=["DNS:c.example.com", "d.example.com"]) == [
        "names differ (without d.example.com, with 192.0.2.1)"
    ]
    assert renewal_reasons(facts, renew_before=0, key_type="ECC", key_size=256) == ["key type is RSA, not ECC"]
    assert renewal_reasons(facts, renew_before=0, key_size=4096) == ["key size is 2048, not 4096"]
    assert renewal_reasons(facts, renew_before=0, ca_fingerprint="00") == ["issued by another CA"]
    assert renewal_reasons(facts, renew_before=0, issuer="Other") == [f"issuer is {facts['issuer']}"]
    assert renewal_reasons(facts, renew_before=0, force=True) == ["rotation_force is set"]
    assert renewal_reasons(None, renew_before=0) == ["not installed"]
    assert renewal_reasons({**facts, "error": "why"}, renew_before=0, names=names) == ["cannot be parsed"]


def test_reasons_of_time(authority: Authority) -> None:
    expired = certificate_facts(authority.issue(days=-1).certificate_pem)
    assert renewal_reasons(expired, renew_before=0) == [f"expired on {expired['not_after'][:10]}"]
    own = certificate_facts(authority.ca_pem)
    assert renewal_reasons(own, renew_before=0) == ["self-signed"]
    short = Authority(common_name="Short", days=10)
    chain = short.issue(root=True)
    facts = certificate_facts(chain.certificate_pem)
    assert renewal_reasons(facts, renew_before=30) == ["an issuer expires in 9 days"]


@pytest.mark.parametrize(
    ("renew_before", "due"), [("29h", []), ("31h", ["expires in 1 days"]), ("1d", []), (2, ["expires in 1 days"])]
)
def test_reasons_of_hours(authority: Authority, renew_before: int | str, due: list[str]) -> None:
    """The root, which ends later, is in the chain too."""
    facts = certificate_facts(authority.issue(days=1.25).certificate_pem)
    assert renewal_reasons(facts, renew_before=renew_before) == due


def test_times_that_are_none(authority: Authority) -> None:
    facts = certificate_facts(authority.issue(days=0.25).certificate_pem)
    assert renewal_reasons(facts, renew_before="8h") == ["expires within a day"]
    for wrong in ("soon", "-1", "8 h", "1.5", ""):
        with pytest.raises(AnsibleFilterError, match="neither a number of days nor a time such as 12d or 8h"):
            renewal_reasons(facts, renew_before=wrong)
        with pytest.raises(AnsibleFilterError, match="neither a number of days"):
            rotation_table([], renew_before=wrong)
        made = rotation_plan([], FQDN, renew_before=wrong)
        assert "rotation_renew_before: neither a number of days nor a time such as 12d or 8h" in made["problems"][1]
        assert made["renew_before"] == 0


def test_result() -> None:
    has, new = {"name": "cm", "error": "why"}, {"name": "proxy"}
    before = {"cluster": {"name": FQDN}, "certificates": [has, {"name": "api"}]}
    entries = plan({"name": "proxy", "source": {"ownca": OWNCA}}, {"name": "cm", "source": {"ownca": OWNCA}})["entries"]
    change = {
        "name": "proxy",
        "action": "update",
        "reason": "not_set",
        "outcome": "changed",
        "before": None,
        "after": new,
        "proof": {"level": "complete"},
    }
    written = {
        "changed": True,
        "outcome": "changed",
        "changes": [change],
        "nodes": [1],
        "proof": {"level": "partial"},
        "cluster": {"name": FQDN, "primary": {"node": 2, "address": "10.0.0.2"}},
        "findings": [2],
        "hazards": [3],
    }
    common: dict[str, Any] = {"due": {"proxy": ["not installed"]}, "failure": {}, "check_mode": False}
    result = rotation_result(entries, before, written, **common)
    assert (result["changed"], result["outcome"], result["failure"], result["nodes"]) == (True, "changed", None, [1])
    assert [(one["name"], one["source"], one["action"]) for one in result["certificates"]] == [
        ("api", None, "none"),
        ("cm", "ownca", "none"),
        ("proxy", "ownca", "update"),
    ]
    assert result["certificates"][2]["due"] == ["not installed"]
    assert [one["proof"] for one in result["certificates"]] == [None, None, {"level": "complete"}]
    assert (result["proof"], result["cluster"]["primary"]["node"]) == ({"level": "partial"}, 2)

    foretold = rotation_result(entries, before, {"skipped": True}, **{**common, "check_mode": True})
    assert (foretold["changed"], foretold["outcome"]) == (True, "changed")
    assert foretold["certificates"][2]["action"] == "issue"
    failed = rotation_result(entries, {"msg": "no answer"}, {}, **{**common, "failure": {"task": "Read", "msg": "no"}})
    assert (failed["changed"], failed["outcome"], failed["cluster"]) == (False, "failed_unchanged", None)
    assert failed["certificates"][1]["outcome"] == "failed_unchanged"
    replication = {"changed": True, "outcome": "changed", "active_active": [4], "failed": False}
    told = rotation_result(entries, before, written, **common, replication=replication)
    assert told["replication"] == {"changed": True, "outcome": "changed", "active_active": [4]}
    unchanged = rotation_result(entries, before, {}, **{**common, "due": {}})
    assert (unchanged["changed"], unchanged["outcome"], unchanged["replication"]) == (False, "unchanged", None)
    assert (unchanged["proof"], unchanged["cluster"]) == (None, {"name": FQDN})
