# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the module from entries."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.material import rotation_material

OWNCA = {"ca_certificate": "ca", "ca_private_key": "very secret"}


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
