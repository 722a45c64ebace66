# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA file keeps what it has, and takes nothing for one that is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust import survey
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.anchors import Anchor, find_anchor
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.ca_file import CaFile
from cryptography.hazmat.primitives.serialization import Encoding
from simulator.authority import Authority


def anchor(authority: Authority) -> Anchor:
    return find_anchor([authority.certificate.public_bytes(Encoding.DER)])


def test_what_is_there_stays_byte_by_byte(tmp_path: Path) -> None:
    path, authority = tmp_path / "ca.pem", Authority("One")
    before = b"# caf\xe9\r\n" + authority.ca_pem.encode() + b"no line end"
    path.write_bytes(before)
    file = CaFile(str(path))
    file.add(anchor(authority), ["payments"])
    assert not file.added
    new = anchor(Authority("Two"))
    for names in (["payments", "a\nb"], ["sessions"]):
        file.add(new, names)
    file.write()
    assert path.read_bytes() == before + b"\n# payments, a\\nb\n" + new.pem.encode()
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"hello", "is not a PEM file of certificates"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n", "has a private key in it"),
    ],
)
def test_another_file_is_left_alone(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(CertificateError, match=problem) as raised:
        CaFile(str(path))
    assert raised.value.kind == "ca_file_unusable"
    assert "MIIEvQ" not in raised.value.message
    assert path.read_bytes() == content


def test_what_cannot_be_written_is_a_problem_of_its_clusters(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    file = CaFile(str(folder / "ca.pem"))
    with pytest.raises(
        CertificateError, match=r"cannot be written \(No such file or directory\)\. Nothing was written"
    ):
        file.check_folder()
    folder.mkdir()
    file.check_folder()
    folder.rmdir()
    problem = file.write()
    assert problem == f"CA file {folder / 'ca.pem'} cannot be written (No such file or directory)"
    clusters = [
        survey.Seen("a", None, file.path, survey.CONFIRMED),
        survey.Seen("b", None, "other", survey.CONFIRMED),
        survey.Seen("c", None, file.path, survey.TRUSTED),
    ]
    found = survey.unwritten(clusters, {file.path: problem})
    assert [(one.state, one.problem) for one in found] == [
        (survey.REFUSED, problem),
        (survey.CONFIRMED, None),
        (survey.TRUSTED, None),
    ]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="cannot be read"):
        CaFile(str(tmp_path))
