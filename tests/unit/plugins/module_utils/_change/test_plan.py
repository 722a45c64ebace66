# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: what differs, what is predicted, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import chain
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored, Update
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.ordering import (
    Write,
    in_safe_order,
    next_request,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import (
    CannotUndo,
    Change,
    plan_again,
    plan_change,
    plan_undo,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted, list_unlisted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import INTERNODE, KNOWN
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import (
    Desired,
    read_desired,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import ExpectedChain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509 import private_key
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material, pem_of

NAMES = st.sampled_from(sorted(KNOWN | {"quantum_gateway"}))


def wanted(material: Material, now: datetime, name: str = "proxy", **options: Any) -> Desired:
    given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}
    return read_desired(name, given, now)


def installed(material: Material, now: datetime, certificate: str | None = None, name: str = "proxy") -> Installed:
    stored = Stored(certificate or material.certificate_pem, Secret(str(material.key_pem)))
    return Installed.of(name, stored, now)


def plan(want: Desired, has: Installed | None, now: datetime, *, chain: bool = True, force: bool = False) -> Change:
    return plan_change(Wanted(want.name, want, "chain" if chain else "leaf"), has, force=force, now=now)


def absent(name: str, has: Installed | None, now: datetime) -> Change:
    return plan_change(Wanted(name, None), has, force=False, now=now)


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


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each time that a key is read or checked, whether it is checked: here, or by the library."""
    made: list[bool] = []
    for module, name, always in (
        (serialization, "load_pem_private_key", False),
        (pkcs12, "load_pkcs12", True),
        (private_key, "_is_consistent", True),
    ):
        call = getattr(module, name)

        def noted(*given: Any, call: Any = call, always: bool = always, **options: Any) -> Any:
            made.append(always or not options.get("unsafe_skip_rsa_key_validation"))
            return call(*given, **options)

        monkeypatch.setattr(module, name, noted)
    return made


def test_a_key_is_checked_once_and_only_when_it_is_sent(
    material: Material, other: Material, now: datetime, checks: list[bool]
) -> None:
    assert plan(wanted(material, now), installed(material, now), now).action == "none"
    assert not any(checks)
    assert plan(wanted(material, now), installed(other, now), now).action == "update"
    assert sum(checks) == 1


def test_a_key_in_pkcs12_is_not_checked_again(
    material: Material, other: Material, now: datetime, tmp_path: Path, checks: list[bool]
) -> None:
    key: Any = serialization.load_pem_private_key(str(material.key_pem).encode(), None)
    path = tmp_path / "proxy.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(None, key, material.leaf, None, serialization.NoEncryption())
    )
    checks.clear()
    want = read_desired("proxy", {"pkcs12_path": str(path)}, now)
    assert plan(want, installed(other, now), now).action == "update"
    assert sum(checks) == 1


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
    assert diff["after"]["chain_fingerprints"] == [one.replace(":", "") for one in other.chain_fingerprints]
    # As Ansible shows it, after a sign.
    assert max(len(f"+{line}") for line in json.dumps(diff["after"], indent=4).splitlines()) <= 100
    assert plan(wanted(other, now), None, now).diff["before"] == {}


def test_what_is_sent_has_the_fields_of_the_api_only(material: Material, authority: Authority, now: datetime) -> None:
    update = plan(wanted(material, now), None, now).update
    assert update is not None
    assert set(update.body()) == {"name", "certificate", "key"}
    bundle = read_desired("mtls_trusted_ca", {"certificate": authority.ca_pem}, now)
    update = plan(bundle, None, now).update
    assert update is not None
    assert update.body() == {"name": "mtls_trusted_ca", "certificate": authority.ca_pem}


@pytest.mark.parametrize("name", ["api", "ccs_internode_encryption", "proxy"])
def test_required_certificates_cannot_be_absent(material: Material, now: datetime, name: str) -> None:
    with pytest.raises(CertificateError, match="required"):
        absent(name, installed(material, now), now)


def test_what_puts_the_old_one_back(material: Material, other: Material, now: datetime) -> None:
    change = plan(wanted(other, now), installed(material, now), now)
    write = plan_undo(change)
    assert (write.name, write.goal) == ("proxy", change.old)
    assert write.update is not None
    assert write.update.body() == {
        "name": "proxy",
        "certificate": material.certificate_pem,
        "key": str(material.key_pem),
    }
    assert plan_undo(plan(wanted(other, now), None, now)) == Write("proxy", None, ExpectedChain())


def test_what_cannot_be_put_back(material: Material, other: Material, now: datetime) -> None:
    def reason(stored: Stored, want: Material = other) -> str:
        change = plan(wanted(want, now), Installed.of("proxy", stored, now), now, force=True)
        with pytest.raises(CannotUndo) as raised:
            plan_undo(change)
        return str(raised.value)

    key = Secret(str(material.key_pem))
    assert "may not read" in reason(Stored(material.certificate_pem, None))
    assert "is not PEM" in reason(Stored("rubbish", key))
    assert "cannot be read" in reason(Stored(material.certificate_pem, Secret("rubbish")))
    assert "the same" in reason(Stored(material.certificate_pem, key), want=material)


@pytest.mark.parametrize("name", sorted(INTERNODE))
def test_an_internode_certificate_that_is_kept_is_not_sent_again(material: Material, now: datetime, name: str) -> None:
    """It may be the cluster's own, which is not rotated any more once a client has sent it."""
    has = installed(material, now, name=name)
    kept = plan_change(Wanted(name, None, reason="kept"), has, force=False, now=now)
    with pytest.raises(CannotUndo, match="internal_certificate_rotation"):
        plan_again(kept, None)
    assert plan_again(plan(wanted(material, now, name=name), has, now), None).reason == "node_differs"
    kept = plan_change(Wanted("syncer", None, reason="kept"), installed(material, now), force=False, now=now)
    assert plan_again(kept, None).reason == "node_differs"


def test_absent(material: Material, now: datetime) -> None:
    assert absent("ldap_client", None, now).action == "none"
    change = absent("ldap_client", installed(material, now), now)
    assert (change.action, change.after, change.diff["after"]) == ("delete", None, {})
    assert change.new.shown_by(None)
    assert not change.new.shown_by(installed(material, now))


def test_names_that_a_newer_server_may_know_are_left_to_it(material: Material, now: datetime) -> None:
    assert plan(wanted(material, now, name="quantum_gateway"), None, now).action == "update"
    assert absent("quantum_gateway", installed(material, now), now).action == "delete"


def test_why_it_is_updated_or_left(material: Material, other: Material, now: datetime) -> None:
    def reason(has: Installed | None, *, chain: bool = True, force: bool = False) -> tuple[str, str]:
        change = plan(wanted(material, now), has, now, chain=chain, force=force)
        return change.action, change.reason

    same, leaf = installed(material, now), installed(material, now, certificate=material.leaf_pem)
    assert reason(None) == ("update", "not_set")
    assert reason(installed(material, now, certificate="rubbish")) == ("update", "not_readable")
    assert reason(installed(other, now)) == reason(installed(other, now), chain=False) == ("update", "leaf_differs")
    assert reason(leaf) == ("update", "chain_differs")
    assert reason(same) == reason(leaf, chain=False) == ("none", "same")
    assert reason(same, force=True) == reason(leaf, chain=False, force=True) == ("update", "forced")
    assert reason(leaf, force=True) == ("update", "chain_differs")
    assert reason(None, force=True) == ("update", "not_set")


def test_a_bundle_has_no_order_and_no_leaf(authority: Authority, namesake: x509.Certificate, now: datetime) -> None:
    pems = [authority.ca_pem, pem_of(namesake)]

    def reason(want: list[str], has: list[str]) -> str:
        stored = Stored("".join(has), None)
        bundle = read_desired("mtls_trusted_ca", {"certificate": "".join(want)}, now)
        return plan(bundle, Installed.of("mtls_trusted_ca", stored, now), now).reason

    assert reason(pems, pems[::-1]) == "same"
    assert reason(pems, pems[:1]) == reason(pems[:1], pems) == reason(pems[:1], pems[1:]) == "bundle_differs"


def test_why_it_is_deleted_or_left(material: Material, now: datetime) -> None:
    has = installed(material, now, name="ldap_client")
    unreadable = installed(material, now, certificate="rubbish", name="ldap_client")
    for reason in ("not_wanted", "not_listed"):
        want = Wanted("ldap_client", None, reason=reason)
        for there in (has, unreadable):
            change = plan_change(want, there, force=False, now=now)
            assert (change.action, change.reason, change.update) == ("delete", reason, None)
        change = plan_change(want, None, force=True, now=now)
        assert (change.action, change.reason, change.update) == ("none", "absent", None)


def test_what_a_purge_adds(material: Material, now: datetime) -> None:
    listed = [Wanted("sso_service", wanted(material, now, name="sso_service")), Wanted("sso_issuer", None)]
    stored = ["sso_issuer", "proxy", "mtls_trusted_ca", "sso_service", "ldap_client", "quantum_gateway", "api"]
    found = list_unlisted(listed, stored)
    assert found == [Wanted(name, None, reason="not_listed") for name in ("ldap_client", "mtls_trusted_ca")]
    assert list_unlisted(listed, ["sso_service"]) == []


@given(listed=st.sets(NAMES), stored=st.sets(NAMES))
def test_a_purge_is_of_optional_names_that_are_documented_there_and_not_listed(
    listed: set[str], stored: set[str]
) -> None:
    names = [one.name for one in list_unlisted([Wanted(name, None) for name in listed], stored)]
    optional = {"ldap_client", "mtls_trusted_ca", "sso_issuer", "sso_service"}
    assert names == sorted((stored & optional) - listed)


# The order of writes.


def write(name: str, *, deleted: bool = False) -> Write:
    return Write(name, None if deleted else Update(name, "pem", None), ExpectedChain(() if deleted else ("new",)))


API = write("api")
WRITES = st.lists(st.builds(write, NAMES, deleted=st.booleans()), unique_by=lambda one: one.name)


@given(WRITES)
def test_a_safe_order(writes: list[Write]) -> None:
    ordered = in_safe_order(writes)
    assert sorted(ordered, key=attrgetter("name")) == sorted(writes, key=attrgetter("name"))

    internode = [one.name in INTERNODE for one in ordered]
    assert internode == sorted(internode, reverse=True)
    others = [one for one in ordered if one.name not in INTERNODE]
    assert API not in others[:-1]
    others = [one for one in others if one != API]
    deleted = [one.update is None for one in others]
    assert deleted == sorted(deleted)
    updated = [one.name for one in others if one.update]
    late = [name for name in ("proxy", "syncer") if name in updated]
    assert updated[len(updated) - len(late) :] == late


@given(WRITES, st.randoms())
def test_the_order_in_which_writes_are_given_does_not_count(writes: list[Write], chance: Random) -> None:
    shuffled = chance.sample(writes, len(writes))
    assert in_safe_order(shuffled) == in_safe_order(writes)


@given(WRITES, st.booleans(), st.sets(NAMES))
def test_requests(writes: list[Write], bulk: bool, alone: set[str]) -> None:
    waiting = in_safe_order(writes)
    requests = []
    while waiting:
        requests.append(next_request(waiting, bulk=bulk, alone=alone))
        assert requests[-1] == waiting[: len(requests[-1])] != []
        waiting = waiting[len(requests[-1]) :]
    assert list(chain.from_iterable(requests)) == in_safe_order(writes)

    def mergeable(one: Write) -> bool:
        return bulk and one.update is not None and one.name not in alone

    for request in requests:
        assert len(request) == 1 or all(map(mergeable, request))
    # No request more than needed.
    assert not any(mergeable(first[-1]) and mergeable(second[0]) for first, second in zip(requests, requests[1:]))


def test_the_requests_of_a_whole_cluster() -> None:
    names = ["api", "syncer", "proxy", "cm", "ccs_internode_encryption", "data_internode_encryption", "sso_service"]
    writes = [*map(write, names), write("ldap_client", deleted=True), write("sso_issuer", deleted=True)]

    def requests(*, bulk: bool) -> list[list[str]]:
        waiting, made = in_safe_order(writes), []
        while waiting:
            group = next_request(waiting, bulk=bulk, alone={"ccs_internode_encryption"})
            made.append([one.name for one in group])
            waiting = waiting[len(group) :]
        return made

    together = ["data_internode_encryption", "cm", "sso_service", "proxy", "syncer"]
    last = [["ldap_client"], ["sso_issuer"], ["api"]]
    assert requests(bulk=True) == [["ccs_internode_encryption"], together, *last]
    assert requests(bulk=False) == [["ccs_internode_encryption"], *([name] for name in together), *last]
