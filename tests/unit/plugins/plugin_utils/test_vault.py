# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vault secrets that Ansible was started with."""

from __future__ import annotations

import pytest
from ansible.parsing.vault import VaultSecret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._vault import LoadedVault

ONE = ("one", VaultSecret(b"open sesame"))
TWO = ("two", VaultSecret(b"open barley"))


def test_there_and_back() -> None:
    encrypted = LoadedVault([ONE, TWO], "two").encrypt(Secret("the content, ü"))
    assert encrypted.splitlines()[0] == b"$ANSIBLE_VAULT;1.2;AES256;two"
    opened = LoadedVault([ONE, TWO], "one").decrypt(encrypted)
    assert opened is not None
    assert opened.content.reveal() == "the content, ü"
    assert opened.vault_id == "two"


def test_the_first_secret_of_an_identity_counts() -> None:
    encrypted = LoadedVault([("one", VaultSecret(b"the first")), ONE], "one").encrypt(Secret("content"))
    assert LoadedVault([ONE], "one").decrypt(encrypted) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"\xff\xfe",
        b"$ANSIBLE_VAULT",
        b"$ANSIBLE_VAULT;1.2;AES256;one\nzz",
        b"$ANSIBLE_VAULT;1.2;ROT13;one\n6162",
        pytest.param(LoadedVault([ONE], "one").encrypt(Secret("content"))[:-20], id="cut off"),
        pytest.param(LoadedVault([TWO], "two").encrypt(Secret("content")), id="by another secret"),
    ],
)
def test_what_cannot_be_opened(content: bytes) -> None:
    assert LoadedVault([ONE], "one").decrypt(content) is None


def test_an_identity_that_is_not_loaded() -> None:
    with pytest.raises(CertificateError, match="but only one, two") as raised:
        LoadedVault([ONE, TWO, ONE], "three")
    assert raised.value.kind == "vault_id_not_loaded"
    with pytest.raises(CertificateError, match="none at all"):
        LoadedVault([], "three")
