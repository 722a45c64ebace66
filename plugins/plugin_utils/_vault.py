# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The vault secrets that Ansible was started with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, match_best_secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import Opened
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret, quoted


class LoadedVault:
    """A vault that encrypts with the secret of one vault identity, and decrypts with those of all that are loaded.

    Attributes:
        vault_id: the identity that encrypts.
        loaded: all of them.
    """

    def __init__(self, secrets: Sequence[tuple[str, Any]], vault_id: str) -> None:
        """Choose the identity.

        Args:
            secrets: vault identities and their secrets, as the data loader of Ansible has them.

        Raises:
            CertificateError: the secret of C(vault_id) is not loaded.
        """
        self.loaded = list(dict.fromkeys(str(loaded) for loaded, _secret in secrets))
        chosen = match_best_secret(secrets, [vault_id])
        if chosen is None:
            there_are = f"only {', '.join(self.loaded)}" if self.loaded else "none at all"
            raise CertificateError(
                "vault_id_not_loaded",
                f"option vault_id: Ansible has no vault secret of the identity {quoted(vault_id)}, but {there_are}. "
                f"Give it to ansible-playbook (--vault-id {quoted(vault_id)}@FILE), or set "
                "ANSIBLE_VAULT_IDENTITY_LIST.",
                option="vault_id",
            )
        self.vault_id, self._secret = str(vault_id), chosen[1]
        self._vault = VaultLib(secrets)

    def encrypt(self, content: Secret) -> bytes:
        """Return the content of a file that C(ansible-vault view) shows."""
        encrypted: bytes = self._vault.encrypt(content.reveal(), self._secret, self.vault_id)
        return encrypted

    def decrypt(self, encrypted: bytes) -> Opened | None:
        """Return what is in such a file; None when no loaded secret opens it."""
        try:
            content, vault_id, _secret = self._vault.decrypt_and_get_vault_id(encrypted)
            return Opened(Secret(content.decode()), str(vault_id))
        except (AnsibleError, UnicodeDecodeError):
            return None
