# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import chains
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.authorities import (
    read_authorities,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.issued import (
    check_issued,
    complete,
)
from chains import FQDN, Issued, make

ENTRY = dict.fromkeys(("names", "key_type", "key_size", "issuer", "ca")) | {"name": "proxy", "source": "vault_pki"}


def issued(**form: Any) -> Issued:
    return make(FQDN, make("Example Root", ca=True), **form)


def test_what_is_good_is_not_due_again() -> None:
    check_issued(ENTRY, issued().pem, {}, {"rotation_renew_before": 30})


@pytest.mark.parametrize("last", [0, 1])
def test_of_two_lines_the_one_that_is_installed_is_judged(last: int) -> None:
    """An issuer with one key, signed by two roots, of which either certificate ends last."""
    roots = [make(name, ca=True) for name in ("Root X", "Root Y")]
    issuers = [make("Issuing", roots[0], ca=True, days=(-1, 150 if last else 190))]
    issuers.append(make("Issuing", roots[1], ca=True, days=(-1, 170), key=issuers[0].key))
    chain = "".join(one.pem + root.pem for one, root in zip(issuers, roots))
    leaf = make(FQDN, issuers[0], days=(-1, 90))
    entry = {**ENTRY, "index": 0, "ca": "proxy"}
    values = {"rotation_certificates": [{"source": {"vault_pki": {}}}], "rotation_renew_before": 30}
    whole = complete(entry, {}, {"certificate": leaf.pem + chain, "private_key": leaf.key_pem})
    assert whole["certificate"] == leaf.pem + issuers[last].pem + roots[last].pem
    check_issued(entry, whole["certificate"], read_authorities([entry], values, lambda *_entry: chain), values)


def test_what_cannot_be_parsed_would_be_due_at_every_run() -> None:
    with pytest.raises(CertificateError, match="due again at the next run: cannot be parsed") as raised:
        check_issued(ENTRY, issued(patch=chains.critical_false).pem, {}, {"rotation_renew_before": 30})
    assert raised.value.kind == "issued_already_due"
