# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When what an API reports, or a port presents, is what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import (
    APART,
    SLACK,
    ExpectedChain,
    KeptLeaf,
    LastingLeaf,
    RenewedLeaf,
    close_ends,
    same_end,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import Presented
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    sha256_fingerprint,
    sha256_fingerprints,
)
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material, pem_of


@pytest.fixture(scope="module")
def chain(authority: Authority) -> tuple[x509.Certificate, ...]:
    """A leaf, two intermediates and the root."""
    return authority.issue("cluster.example.com", intermediates=2, root=True).chain


@pytest.fixture(scope="module")
def stranger() -> x509.Certificate:
    return Authority("Somebody else").certificate


def reported(certificates: Sequence[x509.Certificate], now: datetime) -> Installed:
    return Installed.of("proxy", Stored("".join(map(pem_of, certificates)), None), now)


def shown(certificates: Sequence[x509.Certificate]) -> Presented:
    return Presented(tuple(sha256_fingerprints(certificates)))


@pytest.mark.parametrize("compare", ["chain", "leaf", "set"])
def test_a_state_is_shown_by_what_it_was_made_of(
    chain: tuple[x509.Certificate, ...], compare: str, now: datetime
) -> None:
    for length in range(1, len(chain) + 1):
        assert ExpectedChain.of(chain[:length], compare).shown_by(reported(chain[:length], now))


def test_a_chain_is_all_of_its_certificates_in_order(
    chain: tuple[x509.Certificate, ...], stranger: x509.Certificate, now: datetime
) -> None:
    leaf, *issuers = chain
    state = ExpectedChain.of(chain, "chain")
    for other in ([leaf], chain[:-1], [leaf, *reversed(issuers)], [*chain, stranger], [stranger, *chain], [stranger]):
        assert not state.shown_by(reported(other, now))


def test_the_leaf_of_a_chain_shows_whatever_follows_and_a_bundle_has_none(
    chain: tuple[x509.Certificate, ...], stranger: x509.Certificate, now: datetime
) -> None:
    for other in (chain[:1], chain[:-1], [*chain, stranger]):
        assert ExpectedChain.of(chain, "chain").leaf_shown_by(reported(other, now))
        assert not ExpectedChain.of(chain, "set").leaf_shown_by(reported(other, now))
    assert not ExpectedChain.of(chain, "chain").leaf_shown_by(reported([stranger, *chain], now))
    assert ExpectedChain.of(chain, "set").leaf_shown_by(reported(chain, now))
    assert not ExpectedChain.of(chain, "chain").leaf_shown_by(None)
    assert ExpectedChain().leaf_shown_by(None)


def test_a_leaf_is_the_first_certificate_whatever_follows(
    chain: tuple[x509.Certificate, ...], stranger: x509.Certificate, now: datetime
) -> None:
    state = ExpectedChain.of(chain, "leaf")
    for same in (chain[:1], chain[:2], [chain[0], stranger]):
        assert state.shown_by(reported(same, now))
    for other in ([stranger], [stranger, *chain], chain[1:]):
        assert not state.shown_by(reported(other, now))


def test_a_bundle_has_no_order_and_no_repetition(
    chain: tuple[x509.Certificate, ...], stranger: x509.Certificate, now: datetime
) -> None:
    state = ExpectedChain.of(chain, "set")
    for same in (chain[::-1], [*chain, chain[0]]):
        assert state.shown_by(reported(same, now))
    for other in (chain[:-1], chain[1:], [*chain, stranger], [stranger]):
        assert not state.shown_by(reported(other, now))


@pytest.mark.parametrize("compare", ["chain", "leaf", "set"])
def test_absence_is_shown_by_absence_alone(chain: tuple[x509.Certificate, ...], compare: str, now: datetime) -> None:
    absent = ExpectedChain((), compare)
    unreadable = Installed.of("proxy", Stored("rubbish", None), now)
    assert absent.shown_by(None)
    assert not absent.shown_by(reported(chain, now))
    assert not absent.shown_by(unreadable)
    present = ExpectedChain.of(chain, compare)
    assert not present.shown_by(None)
    assert not present.shown_by(unreadable)


def test_a_port_may_leave_the_root_out(chain: tuple[x509.Certificate, ...]) -> None:
    state = ExpectedChain.of(chain, "chain")
    assert state.ends_in_root
    assert state.served_by(shown(chain))
    assert state.served_by(shown(chain[:-1]))
    assert not state.served_by(shown(chain[:-2]))


def test_a_port_may_not_leave_an_intermediate_out(chain: tuple[x509.Certificate, ...]) -> None:
    leaf, first, second, root = chain
    state = ExpectedChain.of([leaf, first, second], "chain")
    assert not state.ends_in_root
    assert state.served_by(shown([leaf, first, second]))
    for other in ([leaf, first], [leaf, second, first], [leaf], [leaf, root], [first, second]):
        assert not state.served_by(shown(other))


def test_a_port_may_add_issuers(chain: tuple[x509.Certificate, ...], stranger: x509.Certificate) -> None:
    for length in range(1, len(chain)):
        state = ExpectedChain.of(chain[:length], "chain")
        assert state.served_by(shown(chain))
        assert not state.served_by(shown([stranger, *chain]))


def test_a_self_signed_certificate_is_not_left_out(stranger: x509.Certificate, material: Material) -> None:
    state = ExpectedChain.of([stranger], "chain")
    assert not state.ends_in_root
    assert state.served_by(shown([stranger]))
    assert not state.served_by(shown(material.chain))
    assert not state.served_by(shown([]))


def test_a_leaf_is_served_whatever_follows(chain: tuple[x509.Certificate, ...]) -> None:
    state = ExpectedChain.of(chain, "leaf")
    assert state.served_by(shown(chain[:1]))
    assert state.served_by(shown([chain[0], chain[2]]))
    assert not state.served_by(shown(chain[1:]))
    assert not state.served_by(shown([]))


def test_only_a_self_signed_end_is_a_root(chain: tuple[x509.Certificate, ...], stranger: x509.Certificate) -> None:
    assert ExpectedChain.of([chain[0], stranger], "chain").ends_in_root
    assert not ExpectedChain.of([stranger, chain[0]], "chain").ends_in_root
    assert not ExpectedChain.of([], "chain").ends_in_root


letters = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(tuple)


@given(wanted=letters, seen=letters, root=st.booleans())
def test_a_chain_that_serves_begins_with_the_leaf_and_leaves_nothing_out_but_a_root(
    wanted: tuple[str, ...], seen: tuple[str, ...], root: bool
) -> None:
    root = root and len(wanted) > 1
    served = ExpectedChain(wanted, "chain", root).served_by(Presented(seen))
    assert served == any(seen[: len(needed)] == needed for needed in ([wanted, wanted[:-1]] if root else [wanted]))


def test_renewed_is_any_leaf_but_the_old_ones(
    chain: tuple[x509.Certificate, ...], stranger: x509.Certificate, now: datetime
) -> None:
    renewed = RenewedLeaf((sha256_fingerprint(chain[0]),))
    assert renewed.shown_by(reported([stranger], now))
    assert renewed.shown_by(reported([chain[1], chain[0]], now))
    for other in (None, Installed.of("proxy", Stored("rubbish", None), now), reported(chain, now)):
        assert not renewed.shown_by(other)
        assert not RenewedLeaf((sha256_fingerprint(stranger), *renewed.fingerprints)).shown_by(other)


def test_a_certificate_lasts_as_long_as_its_leaf_whatever_its_issuers_do(now: datetime) -> None:
    short = Authority("Short-lived CA", days=5).issue(days=80, root=True).chain
    assert LastingLeaf(lasts=now + timedelta(days=79)).shown_by(reported(short, now))
    assert not LastingLeaf(lasts=now + timedelta(days=81)).shown_by(reported(short, now))


def test_what_is_not_there_or_not_readable_does_not_last(now: datetime) -> None:
    for other in (None, Installed.of("proxy", Stored("rubbish", None), now)):
        assert not LastingLeaf().shown_by(other)


@pytest.mark.parametrize("state", [LastingLeaf(), RenewedLeaf()])
def test_no_port_shows_what_the_cluster_issues_itself(state: ExpectedChain, stranger: x509.Certificate) -> None:
    assert not state.served_by(shown([stranger]))


# When it ends, which is all that metrics show.

END = datetime(2027, 6, 1, 12, tzinfo=timezone.utc)
OTHER = END - timedelta(days=30)
SECOND = timedelta(seconds=1)


def test_the_end_of_a_state_is_that_of_its_leaf(authority: Authority) -> None:
    made = authority.issue(days=END, intermediates=1, root=True)
    assert ExpectedChain.of(made.chain, "chain").end == ExpectedChain.of(made.chain, "leaf").end == END
    assert ExpectedChain.of(made.chain, "set").end is None
    assert ExpectedChain.of([], "chain").end is None


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (END, True),
        (END + SLACK, True),
        (END - SLACK, True),
        (END + SLACK + SECOND, None),
        (OTHER, False),
        (OTHER - SLACK, False),
        (OTHER + SLACK + SECOND, None),
        (END + timedelta(days=400), None),
    ],
)
def test_a_state_is_recognised_by_its_end_within_a_minute(measured: datetime, verdict: bool | None) -> None:
    assert ExpectedChain(("new",), end=END).ended_by(measured, [OTHER]) is verdict


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_kept_certificate_is_missed_only_where_its_end_is_further_away_than_clocks_are(sign: int) -> None:
    kept = KeptLeaf.like(ExpectedChain(("new",), end=END))
    for away, verdict in ((SLACK, True), (SLACK + SECOND, None), (APART, None), (APART + SECOND, False)):
        assert kept.ended_by(END + sign * away, []) is verdict
    assert KeptLeaf.like(ExpectedChain(("new",))).ended_by(END, []) is None


def test_what_has_no_end_is_never_taken_for_present() -> None:
    assert ExpectedChain().ended_by(OTHER, [OTHER]) is False
    assert ExpectedChain().ended_by(END, [OTHER]) is None
    assert ExpectedChain().ended_by(END, []) is None


def test_what_lasts_is_recognised_by_its_end_alone() -> None:
    lasting = LastingLeaf(lasts=END)
    assert lasting.ended_by(END + SECOND, []) is True
    assert lasting.ended_by(END, []) is False


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (OTHER, False),
        (OTHER + SLACK, False),
        (END, True),
        (OTHER + SLACK + SECOND, True),
        (OTHER - timedelta(days=1), None),
    ],
)
def test_what_is_renewed_ends_later_than_what_was_there(measured: datetime, verdict: bool | None) -> None:
    assert RenewedLeaf().ended_by(measured, [OTHER, OTHER - timedelta(days=9)]) is verdict


def test_what_is_renewed_cannot_be_recognised_where_nothing_is_known_of_before() -> None:
    assert RenewedLeaf().ended_by(END, []) is RenewedLeaf(end=END).ended_by(END, []) is None


def test_what_is_renewed_may_end_before_what_it_replaces() -> None:
    longer = END + timedelta(days=200)
    assert RenewedLeaf(end=END).ended_by(END + SECOND, [longer]) is True
    assert RenewedLeaf(end=END).ended_by(longer, [longer]) is False
    for renewed in (RenewedLeaf(), RenewedLeaf(end=OTHER)):
        assert renewed.ended_by(END, [longer]) is None


def test_what_is_renewed_with_almost_the_same_end_cannot_be_told() -> None:
    for closer in (SLACK, 2 * SLACK):
        assert RenewedLeaf(end=END).ended_by(END, [END - closer]) is None
    assert RenewedLeaf(end=END).ended_by(END, [END - 2 * SLACK - SECOND]) is True


moments = st.timedeltas(-timedelta(minutes=5), timedelta(minutes=5)).map(END.__add__)


@given(new=moments, old=moments, measured=moments)
def test_two_ends_that_are_far_enough_apart_are_never_taken_for_each_other(
    new: datetime, old: datetime, measured: datetime
) -> None:
    assert same_end(new, old) == same_end(old, new)
    assert close_ends(new, old) == close_ends(old, new)
    if not close_ends(new, old):
        assert not (same_end(measured, new) and same_end(measured, old))
        assert ExpectedChain(("new",), end=new).ended_by(measured, [old]) in (
            (True,) if same_end(measured, new) else (False,) if same_end(measured, old) else (None,)
        )
