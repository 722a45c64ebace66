# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import chains
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.issued import check_issued
from chains import FQDN, Issued, make

ENTRY = dict.fromkeys(("names", "key_type", "key_size", "issuer", "ca")) | {"name": "proxy", "source": "vault_pki"}


def issued(**form: Any) -> Issued:
    return make(FQDN, make("Example Root", ca=True), **form)


def test_what_is_good_is_not_due_again() -> None:
    check_issued(ENTRY, issued().pem, {}, {"rotation_renew_before": 30})


def test_what_cannot_be_parsed_would_be_due_at_every_run() -> None:
    with pytest.raises(CertificateError, match="due again at the next run: cannot be parsed") as raised:
        check_issued(ENTRY, issued(patch=chains.critical_false).pem, {}, {"rotation_renew_before": 30})
    assert raised.value.kind == "issued_already_due"
