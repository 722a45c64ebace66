# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a backup holds, and what becomes of its file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import (
    Backup,
    BackupFile,
    Entry,
    Opened,
    backup_timestamp,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material


class Reversing:
    """Stands in for a vault: what is written is the identity, and the content from its end."""

    def __init__(self, vault_id: str = "one") -> None:
        self.vault_id = vault_id
        self.loaded = ["one", "two"]

    def encrypt(self, content: Secret) -> bytes:
        return f"{self.vault_id}:{content.reveal()[::-1]}".encode()

    def decrypt(self, encrypted: bytes) -> Opened | None:
        vault_id, separator, content = encrypted.decode().partition(":")
        return Opened(Secret(content[::-1]), vault_id) if separator else None


def entry(material: Material, name: str = "proxy", *, crlf: bool = False) -> Entry:
    pem, key = material.certificate_pem, str(material.key_pem)
    if crlf:
        pem, key = pem.replace("\n", "\r\n"), key.replace("\n", "\r\n").strip()
    now = datetime.now(timezone.utc)
    return Entry.of(name, Installed.of(name, Stored(pem, Secret(key)), now))


def backup(*entries: Entry, cluster: str | None = "cluster.example.com", second: int = 0) -> Backup:
    time = backup_timestamp(datetime(2026, 12, 31, 23, 59, second, 7000, timezone.utc))
    return Backup(cluster, "https://127.0.0.1:9443", time, entries)


def test_what_is_written_can_be_put_back_and_read_again(material: Material) -> None:
    made = backup(entry(material), Entry.of("ldap_client", None))
    content = json.loads(made.content().reveal())
    assert content == {
        "version": 1,
        "cluster": {"name": "cluster.example.com", "url": "https://127.0.0.1:9443"},
        "time": "2026-12-31T23:59:00.007Z",
        "certificates": [
            {
                "name": "proxy",
                "state": "present",
                "certificate": material.certificate_pem,
                "private_key": str(material.key_pem),
            },
            {"name": "ldap_client", "state": "absent"},
        ],
    }
    again = Backup.parse(made.content())
    assert again is not None
    assert again.holds_the_same_as(made)
    assert (again.cluster, again.url, again.time) == (made.cluster, made.url, made.time)


def test_line_endings_do_not_count(material: Material, other: Material) -> None:
    made = backup(entry(material))
    assert backup(entry(material, crlf=True)).holds_the_same_as(made)
    assert not backup(entry(other)).holds_the_same_as(made)
    assert not backup(entry(material), Entry.of("ldap_client", None)).holds_the_same_as(made)


def test_facts_have_no_pem(material: Material, authority: Authority) -> None:
    assert entry(material).facts == {
        "name": "proxy",
        "state": "present",
        "fingerprint": material.fingerprint,
        "chain_fingerprints": material.chain_fingerprints,
    }
    assert Entry.of("sso_issuer", None).facts["state"] == "absent"
    assert authority.ca_pem not in str(entry(material).facts)
    assert str(material.key_pem) not in repr(entry(material))


def test_a_bundle_has_no_key(authority: Authority, now: datetime) -> None:
    installed = Installed.of("mtls_trusted_ca", Stored(authority.ca_pem, None), now)
    assert Entry.of("mtls_trusted_ca", installed).fields() == {
        "name": "mtls_trusted_ca",
        "state": "present",
        "certificate": authority.ca_pem,
    }


@pytest.mark.parametrize(
    ("certificate", "key", "kind"),
    [
        (True, None, "private_key_not_visible"),
        (True, "other", "key_mismatch"),
        (True, "no key", "key_mismatch"),
        (False, "own", "invalid_certificate"),
    ],
)
def test_what_could_not_be_put_back_is_refused(
    material: Material, other: Material, now: datetime, certificate: bool, key: str | None, kind: str
) -> None:
    keys = {"own": str(material.key_pem), "other": str(other.key_pem)}
    stored = Stored(
        material.certificate_pem if certificate else "no certificate", Secret(keys.get(key, key)) if key else None
    )
    with pytest.raises(CertificateError) as raised:
        Entry.of("proxy", Installed.of("proxy", stored, now))
    assert raised.value.kind == kind
    with pytest.raises(CertificateError) as raised:
        Entry.of("proxy", None)
    assert raised.value.kind == "missing_certificate"


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text() | st.just(1),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["version", "time", "cluster", "certificates", "name", "url"]), inner)
        ),
    ).map(json.dumps)
)
def test_anything_else_is_no_backup(text: str) -> None:
    assert Backup.parse(Secret(text)) is None


@pytest.mark.parametrize(
    "edit",
    [
        {"name": 1},
        {"name": "\x1b[2J"},
        {"certificate": 7},
        {"certificate": []},
        {"certificate": "cut"},
        {"private_key": 7},
    ],
)
def test_an_edited_entry_is_no_backup(material: Material, edit: dict[str, Any]) -> None:
    content = json.loads(backup(entry(material)).content().reveal())
    content["certificates"][0].update(edit)
    assert Backup.parse(Secret(json.dumps(content))) is None


@pytest.mark.parametrize("edit", [{"name": 1}, {"name": "\x1b[2J"}, {"url": None}, {"url": "two\nlines"}])
def test_an_edited_cluster_is_no_backup(material: Material, edit: dict[str, Any]) -> None:
    content = json.loads(backup(entry(material)).content().reveal())
    content["cluster"].update(edit)
    assert Backup.parse(Secret(json.dumps(content))) is None


def test_a_time_becomes_part_of_a_path_only_when_it_is_one(material: Material) -> None:
    content = json.loads(backup(entry(material)).content().reveal())
    content["time"] = "../2026-12-31T23:59:00.007Z"
    assert Backup.parse(Secret(json.dumps(content))) is None


def test_the_file_is_replaced_and_what_it_held_is_kept(tmp_path: Path, material: Material, other: Material) -> None:
    path = tmp_path / "one.vault"
    first, second = backup(entry(material)), backup(entry(other), second=1)
    file = BackupFile(str(path), Reversing())
    assert file.prepare(first) == (first, None)
    assert not file.is_current(first)
    file.write(first, None)
    assert path.read_bytes() == Reversing().encrypt(first.content())
    assert path.stat().st_mode & 0o777 == 0o600

    file = BackupFile(str(path), Reversing())
    assert file.is_current(first)
    assert not file.is_current(second)
    previous = tmp_path / "one.20261231T235900.007Z.vault"
    whole, beside = file.prepare(second)
    assert whole == second
    assert beside is not None
    assert beside.holds_the_same_as(first)
    assert file.path_of(first) == str(previous)
    file.write(second, beside)
    assert path.read_bytes() == Reversing().encrypt(second.content())
    assert previous.read_bytes() == Reversing().encrypt(first.content())
    assert sorted(tmp_path.iterdir()) == sorted([path, previous])


def test_another_identity_or_cluster(tmp_path: Path, material: Material) -> None:
    path = str(tmp_path / "one.vault")
    made = backup(entry(material))
    BackupFile(path, Reversing()).write(made, None)
    assert not BackupFile(path, Reversing("two")).is_current(made)
    assert BackupFile(path, Reversing()).is_current(backup(entry(material), cluster=None))
    with pytest.raises(CertificateError) as raised:
        BackupFile(path, Reversing()).prepare(backup(entry(material), cluster="other.example.com"))
    assert raised.value.data == {"option": "path"}


def test_what_is_not_proven_stays_and_the_oldest_pair_of_each_is_kept(
    tmp_path: Path, material: Material, other: Material
) -> None:
    path = tmp_path / "one.vault"
    first = replace(backup(entry(material, "cm"), entry(material, "proxy")), proven=False)
    BackupFile(str(path), Reversing()).write(first, None)

    def prepared(*entries: Entry) -> tuple[list[tuple[str, str | None]], Backup | None]:
        again = replace(backup(*entries, second=1), proven=False)
        whole, beside = BackupFile(str(path), Reversing()).prepare(again)
        assert (whole.time, whole.proven) == (first.time, False)
        return [(one.name, one.certificate) for one in whole.entries], beside

    old = [("cm", material.certificate_pem), ("proxy", material.certificate_pem)]
    assert prepared(entry(material, "cm")) == (old, None)
    assert prepared(entry(other, "api")) == ([("api", other.certificate_pem), *old], None)
    held, beside = prepared(entry(other, "cm"))
    assert held == old
    assert beside is not None
    assert [one.certificate for one in beside.entries] == [other.certificate_pem]
    # Once it is proven, the next one replaces it.
    BackupFile(str(path), Reversing()).write(replace(first, proven=True), None)
    second = backup(entry(other, "cm"), second=2)
    whole, beside = BackupFile(str(path), Reversing()).prepare(second)
    assert whole == second
    assert beside is not None
    assert beside.holds_the_same_as(replace(first, proven=True))


@pytest.mark.parametrize("content", ["not encrypted", "one:", "one:}{"])
def test_what_is_no_backup_is_not_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "one.vault"
    path.write_text(content)
    with pytest.raises(CertificateError, match=r"loaded vault identities \(one, two\)"):
        BackupFile(str(path), Reversing())


def test_a_link_is_followed(tmp_path: Path, material: Material) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "one.vault").symlink_to(tmp_path / "elsewhere" / "one.vault")
    BackupFile(str(tmp_path / "one.vault"), Reversing()).write(backup(entry(material)), None)
    assert (tmp_path / "one.vault").is_symlink()
    assert (tmp_path / "elsewhere" / "one.vault").is_file()
    made: Any = BackupFile(str(tmp_path / "one.vault"), Reversing()).backup
    assert made.holds_the_same_as(backup(entry(material)))
