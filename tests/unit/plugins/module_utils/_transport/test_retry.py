# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a request is sent again, after which pauses, and after which failures it never is."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import retry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import Retries
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.clock import Clock

BUSY = {429, 500, 502, 503, 504}
UNANSWERED = ("connection_refused", "connect_timeout", "unreachable")
NO_WAY = ("unknown_host", "proxy")
NOT_SENT = (*UNANSWERED, *NO_WAY)
ANSWERED_FOR_GOOD = (
    "html",
    "not_json",
    "tls",
    "tls_expired",
    "tls_host_mismatch",
    "tls_invalid",
    "tls_not_yet_valid",
    "tls_untrusted",
    "tls_weak",
    "too_large",
    "unexpected_json",
)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(retry, "time", made)
    return made


@pytest.fixture(autouse=True)
def longest_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: high)


def failure(kind: str = "unavailable", status: int | None = 503, asked: float | None = None) -> CertificateError:
    error = CertificateError(kind, f"It failed: {kind}.", **({} if status is None else {"status": status}))
    error.retry_after = asked
    return error


class Server:
    """Fails as often as it was told, then answers; counts the requests."""

    def __init__(self, *failures: CertificateError) -> None:
        self.failures = list(failures)
        self.requests = 0

    def send(self) -> str:
        self.requests += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def always(_error: CertificateError) -> bool:
    return True


def never(_error: CertificateError) -> bool:
    return False


def test_what_succeeds_is_sent_once(clock: Clock) -> None:
    server, retries = Server(), Retries(5, 0.5, 30)
    assert retries.run(server.send, always) == "answer"
    assert (server.requests, retries.attempts, retries.log, clock.pauses) == (1, 1, [], [])


@pytest.mark.parametrize("failures", range(5))
def test_a_request_is_repeated_until_it_succeeds(clock: Clock, failures: int) -> None:
    server, retries = Server(*[failure()] * failures), Retries(5, 0.5, 30)
    assert retries.run(server.send, always) == "answer"
    assert server.requests == retries.attempts == failures + 1
    assert len(clock.pauses) == len(retries.log) == failures


@pytest.mark.parametrize("limit", range(4))
def test_the_last_failure_is_raised_when_repeating_does_not_help(clock: Clock, limit: int) -> None:
    failures = [failure() for dummy in range(10)]
    server, retries = Server(*failures), Retries(limit, 0.5, 30)
    with pytest.raises(CertificateError) as raised:
        retries.run(server.send, always)
    assert raised.value is failures[limit]
    assert server.requests == retries.attempts == limit + 1
    assert len(clock.pauses) == len(retries.log) == limit


def test_pauses_double_up_to_the_longest(clock: Clock) -> None:
    with pytest.raises(CertificateError):
        Retries(7, 0.5, 10).run(Server(*[failure()] * 10).send, always)
    assert clock.pauses == [0.5, 1, 2, 4, 8, 10, 10]


def test_pauses_start_anew_with_each_request(clock: Clock) -> None:
    retries = Retries(5, 0.5, 10)
    for dummy in range(2):
        retries.run(Server(failure(), failure()).send, always)
    assert clock.pauses == [0.5, 1] * 2


@pytest.mark.parametrize("jitter", [min, max])
def test_jitter_takes_half_a_pause_at_the_most(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, jitter: Callable[[float, float], float]
) -> None:
    monkeypatch.setattr(random, "uniform", jitter)
    Retries(3, 1, 30).run(Server(*[failure()] * 3).send, always)
    assert clock.pauses == ([0.5, 1, 2] if jitter is min else [1, 2, 4])


@given(
    delay=st.floats(0, 3600),
    longest=st.floats(0, 3600),
    repetition=st.integers(1, 100),
    share=st.floats(0.5, 1.0),
    asked=st.none() | st.floats(0, float("inf"), allow_nan=False),
)
def test_no_pause_is_longer_than_allowed_or_shorter_than_both_sides_want(
    delay: float, longest: float, repetition: int, share: float, asked: float | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random, "uniform", lambda low, high: share)
        pause = Retries(100, delay, longest)._pause(repetition, asked)
    assert 0 <= pause <= longest
    assert pause == longest or pause >= max(delay * 2.0 ** (repetition - 1) / 2, asked or 0)


@pytest.mark.parametrize(
    ("asked", "pause"), [(None, 0.5), (0.0, 0.5), (0.4, 0.5), (0.6, 0.6), (9.0, 9.0), (10.1, 10), (float("inf"), 10)]
)
def test_what_the_server_asks_for_counts_between_the_backoff_and_the_longest_pause(
    clock: Clock, asked: float | None, pause: float
) -> None:
    Retries(5, 0.5, 10).run(Server(failure(asked=asked)).send, always)
    assert clock.pauses == [pause]


def test_each_repetition_is_logged() -> None:
    retries = Retries(2, 0.5, 30)
    with pytest.raises(CertificateError):
        retries.run(Server(failure(), failure("connection_lost", None), failure()).send, always)
    assert retries.log == [
        "It failed: unavailable. Sent again after 0.5 s (1 of 2).",
        "It failed: connection_lost. Sent again after 1.0 s (2 of 2).",
    ]


def test_attempts_are_those_of_the_request_that_took_most() -> None:
    retries = Retries(5, 0.5, 30)
    for failures in (1, 3, 0):
        retries.run(Server(*[failure()] * failures).send, always)
    assert retries.attempts == 4
    assert len(retries.log) == 4


def test_a_failure_for_good_is_raised_at_once(clock: Clock) -> None:
    server, retries = Server(failure("unauthorized", 401), failure()), Retries(5, 0.5, 30)
    with pytest.raises(CertificateError, match="unauthorized"):
        retries.run(server.send, retry.read_may_be_repeated)
    assert (server.requests, retries.attempts, retries.log, clock.pauses) == (1, 1, [], [])


@pytest.mark.parametrize("again", [always, never])
def test_what_turns_out_to_be_made_is_not_sent_again(clock: Clock, again: Callable[[CertificateError], bool]) -> None:
    lost = failure("read_timeout", None)
    asked: list[CertificateError] = []

    def made(error: CertificateError) -> bool:
        asked.append(error)
        return True

    server, retries = Server(lost, failure()), Retries(5, 0.5, 30)
    assert retries.run(server.send, again, made) is None
    assert asked == [lost]
    assert (server.requests, retries.attempts, retries.log, clock.pauses) == (1, 1, [], [])


def test_it_is_asked_after_each_failure_and_before_each_pause_whether_it_is_made(clock: Clock) -> None:
    failures = [failure(), failure("connection_lost", None), failure()]
    asked: list[tuple[CertificateError, int]] = []

    def made(error: CertificateError) -> bool:
        asked.append((error, len(clock.pauses)))
        return False

    assert Retries(5, 0.5, 30).run(Server(*failures).send, always, made) == "answer"
    assert asked == list(zip(failures, range(3)))


def test_what_fails_while_it_is_asked_is_not_taken_for_a_consequence_of_the_failure() -> None:
    contexts: list[BaseException | None] = []

    def made(_error: CertificateError) -> bool:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError as later:
            contexts.append(later.__context__)
        return True

    assert Retries(0, 0.5, 30).run(Server(failure()).send, never, made) is None
    assert contexts == [None]


def test_also_the_last_failure_may_turn_out_to_be_made() -> None:
    outcomes = [False, True]
    assert Retries(1, 0.5, 30).run(Server(failure(), failure()).send, always, lambda _error: outcomes.pop(0)) is None


def test_which_statuses_allow_another_try() -> None:
    errors = [failure("of_no_account", status) for status in range(100, 600)]

    def statuses(allowed: Callable[[CertificateError], bool]) -> set[int]:
        return {error.data["status"] for error in errors if allowed(error)}

    assert statuses(retry.read_may_be_repeated) == BUSY
    assert statuses(retry.write_may_be_repeated) == BUSY | {409}
    assert statuses(retry.answer_lost) == {502, 504}
    assert statuses(retry.never_sent) == set()
    assert statuses(retry.perhaps_made) == {409} | set(range(500, 600))


@pytest.mark.parametrize(
    ("kind", "read", "write", "lost"),
    [
        *((kind, True, True, False) for kind in UNANSWERED),
        ("connection_lost", True, True, True),
        ("read_timeout", False, True, True),
        ("truncated", True, False, False),
        ("empty", True, False, False),
        *((kind, False, True, False) for kind in NO_WAY),
        *((kind, False, False, False) for kind in ANSWERED_FOR_GOOD),
    ],
)
def test_which_failures_without_an_answer_allow_another_try(kind: str, read: bool, write: bool, lost: bool) -> None:
    error = failure(kind, None)
    assert retry.read_may_be_repeated(error) == read
    assert retry.write_may_be_repeated(error) == write
    assert retry.answer_lost(error) == retry.perhaps_made(error) == lost
    assert retry.never_sent(error) == (kind in NOT_SENT)
    assert retry.connected(error) == (kind not in NOT_SENT)
    assert retry.read_is_worth_waiting(error) or not write


@pytest.mark.parametrize("deadline", [-1.0, 0.0])
def test_a_poll_goes_once_when_its_deadline_has_passed(clock: Clock, deadline: float) -> None:
    assert len(list(retry.poll_until(clock.now + deadline))) == 1
    assert clock.pauses == []


def test_a_poll_pauses_longer_and_longer_and_looks_a_last_time_at_the_deadline(clock: Clock) -> None:
    looks = [clock.now for dummy in retry.poll_until(clock.now + 8)]
    assert clock.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 0.9])
    assert looks[-1] == pytest.approx(1008)
    assert len(looks) == len(clock.pauses) + 1


def test_however_little_is_left_there_is_a_last_look_at_the_deadline(clock: Clock) -> None:
    looks = [clock.now for dummy in retry.poll_until(clock.now + 0.101)]
    assert looks == pytest.approx([1000, 1000.1, 1000.101])


def test_a_look_that_outlasts_the_deadline_is_the_last(clock: Clock) -> None:
    looks = 0
    for dummy in retry.poll_until(clock.now + 8):
        looks += 1
        clock.now += 5
    assert (looks, clock.pauses) == (2, [0.1])


@given(timeout=st.floats(0, 100), each=st.floats(0.01, 50))
def test_a_poll_ends_at_its_deadline_or_with_the_look_that_passes_it(timeout: float, each: float) -> None:
    clock = Clock()
    began = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "time", clock)
        for dummy in retry.poll_until(1000 + timeout):
            began.append(clock.now - 1000)
            clock.now += each
    assert began[0] == 0
    assert all(moment <= timeout + 1e-9 for moment in began)
    assert clock.now - 1000 >= timeout - 1e-9


@pytest.mark.parametrize("kind", NOT_SENT)
def test_a_rotation_that_was_never_sent_is_sent_again(kind: str) -> None:
    error = failure(kind, None)
    assert retry.rotation_may_be_repeated(error, untouched=False)
    assert not retry.rotation_perhaps_made(error)


@pytest.mark.parametrize("kind", ["connection_lost", "read_timeout"])
def test_a_rotation_whose_answer_was_lost_is_not_sent_again(kind: str) -> None:
    error = failure(kind, None)
    assert not retry.rotation_may_be_repeated(error, untouched=True)
    assert retry.rotation_perhaps_made(error)


@given(status=st.integers(300, 599), untouched=st.booleans())
def test_which_statuses_allow_another_rotation(status: int, untouched: bool) -> None:
    error = failure("some_kind", status)
    repeated = status == 429 or (untouched and status in (409, 503))
    assert retry.rotation_may_be_repeated(error, untouched=untouched) is repeated
    assert retry.rotation_perhaps_made(error) is (status in (400, 409) or status >= 500)
