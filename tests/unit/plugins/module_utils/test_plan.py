# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: what differs, what is predicted, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _material, _plan
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._plan import Write
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state import State
from simulator.authority import Authority, Material


def wanted(material: Material, now: datetime, name: str = "proxy", **options: Any) -> _material.Material:
    given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}
    return _material.from_options(name, given, now)


def installed(material: Material, now: datetime, certificate: str | None = None) -> Installed:
    stored = Stored(certificate or material.certificate_pem, Secret(str(material.key_pem)))
    return Installed.of("proxy", stored, now)


def plan(
    want: _material.Material, has: Installed | None, now: datetime, *, chain: bool = True, force: bool = False
) -> _plan.Change:
    return _plan.change(_plan.Wanted(want.name, want, "chain" if chain else "leaf"), has, force=force, now=now)


def absent(name: str, has: Installed | None, now: datetime) -> _plan.Change:
    return _plan.change(_plan.Wanted(name, None), has, force=False, now=now)


def test_equal_needs_nothing_and_sends_nothing(material: Material, now: datetime) -> None:
    has = installed(material, now)
    change = plan(wanted(material, now), has, now)
    assert (change.action, change.update) == ("none", None)
    assert change.before == change.after == has.facts
    assert change.diff["before"] == change.diff["after"]


def test_a_forced_update_of_what_is_equal(material: Material, now: datetime) -> None:
    change = plan(wanted(material, now), installed(material, now), now, force=True)
    assert change.action == "update"
    assert change.new.shown_by(installed(material, now))


def test_another_chain_differs_and_the_leaf_alone_does_not(material: Material, now: datetime) -> None:
    has = installed(material, now, certificate=material.leaf_pem)
    assert plan(wanted(material, now), has, now).action == "update"
    assert plan(wanted(material, now), has, now, chain=False).action == "none"


def test_the_prediction_is_what_the_cluster_then_reports(material: Material, other: Material, now: datetime) -> None:
    change = plan(wanted(other, now), installed(material, now), now)
    assert change.before == installed(material, now).facts
    assert change.after == installed(other, now).facts
    assert change.new.shown_by(installed(other, now))
    assert not change.new.shown_by(installed(material, now))
    assert not change.new.shown_by(None)


def test_the_diff_is_facts_that_only_a_change_changes(material: Material, other: Material, now: datetime) -> None:
    diff = plan(wanted(other, now), installed(material, now), now).diff
    text = json.dumps(diff)
    assert "BEGIN" not in text
    assert "days" not in text
    assert diff["after"]["chain_fingerprints"] == [other.fingerprint]
    assert plan(wanted(other, now), None, now).diff["before"] == {}


def test_what_is_sent_has_the_fields_of_the_api_only(material: Material, authority: Authority, now: datetime) -> None:
    update = plan(wanted(material, now), None, now).update
    assert update is not None
    assert set(update.body()) == {"name", "certificate", "key"}
    bundle = _material.from_options("mtls_trusted_ca", {"certificate": authority.ca_pem}, now)
    update = plan(bundle, None, now).update
    assert update is not None
    assert update.body() == {"name": "mtls_trusted_ca", "certificate": authority.ca_pem}


@pytest.mark.parametrize("name", ["api", "ccs_internode_encryption", "proxy"])
def test_required_certificates_cannot_be_absent(material: Material, now: datetime, name: str) -> None:
    with pytest.raises(CertificateError, match="required"):
        absent(name, installed(material, now), now)


def test_what_puts_the_old_one_back(material: Material, other: Material, now: datetime) -> None:
    change = plan(wanted(other, now), installed(material, now), now)
    write = _plan.undo(change)
    assert (write.name, write.goal) == ("proxy", change.old)
    assert write.update is not None
    assert write.update.body() == {
        "name": "proxy",
        "certificate": material.certificate_pem,
        "key": str(material.key_pem),
    }
    assert _plan.undo(plan(wanted(other, now), None, now)) == Write("proxy", None, State())


def test_what_cannot_be_put_back(material: Material, other: Material, now: datetime) -> None:
    def reason(stored: Stored, want: Material = other) -> str:
        change = plan(wanted(want, now), Installed.of("proxy", stored, now), now, force=True)
        with pytest.raises(_plan.CannotUndo) as raised:
            _plan.undo(change)
        return str(raised.value)

    key = Secret(str(material.key_pem))
    assert "may not read" in reason(Stored(material.certificate_pem, None))
    assert "cannot be parsed" in reason(Stored("rubbish", key))
    assert "cannot be read" in reason(Stored(material.certificate_pem, Secret("rubbish")))
    assert "the same" in reason(Stored(material.certificate_pem, key), want=material)


def test_absent(material: Material, now: datetime) -> None:
    assert absent("ldap_client", None, now).action == "none"
    change = absent("ldap_client", installed(material, now), now)
    assert (change.action, change.after, change.diff["after"]) == ("delete", None, {})
    assert change.new.shown_by(None)
    assert not change.new.shown_by(installed(material, now))


def test_names_that_a_newer_server_may_know_are_left_to_it(material: Material, now: datetime) -> None:
    assert plan(wanted(material, now, name="quantum_gateway"), None, now).action == "update"
    assert absent("quantum_gateway", installed(material, now), now).action == "delete"
