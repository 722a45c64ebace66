# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a signal does to a process that is changing a cluster, as a module does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.interruption import deferred_signals
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context

NOTICE = "wait, or again to stop at once"
PREFIX = "redis_enterprise.certificates: "

#: Waits for its input to end, which interrupts nothing, and then says how it went.
PROGRAM = f"""
import sys
from {deferred_signals.__module__} import deferred_signals
from {Context.__module__} import Context

task = Context({{}}, False)
with deferred_signals(task, {NOTICE!r}) as deferred:
    print("begun", flush=True)
    sys.stdin.read()
    if deferred.signal is not None:
        deferred.say("all is changed")
print("result", task.interrupted, flush=True)
"""


def process() -> subprocess.Popen[str]:
    pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begun\n"
    return started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_under_way_comes_to_its_end(number: signal.Signals) -> None:
    with process() as started:
        started.send_signal(number)
        assert started.stderr is not None
        assert started.stderr.readline() == f"{PREFIX}{NOTICE}\n"
        output, errors = started.communicate("", timeout=20)
    assert errors == f"{PREFIX}all is changed\n"
    assert output == f"result {int(number)}\n"
    assert started.returncode == 0


def test_another_kind_of_signal_is_not_the_second_one() -> None:
    """Ansible terminates its workers when it was interrupted."""
    with process() as started:
        assert started.stderr is not None
        started.send_signal(signal.SIGINT)
        assert started.stderr.readline() == f"{PREFIX}{NOTICE}\n"
        for dummy in range(2):
            started.send_signal(signal.SIGTERM)
        output, errors = started.communicate("", timeout=20)
    assert (output, errors) == (f"result {int(signal.SIGINT)}\n", f"{PREFIX}all is changed\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_one_stops_at_once(number: signal.Signals) -> None:
    with process() as started:
        assert started.stderr is not None
        started.send_signal(number)
        assert started.stderr.readline() == f"{PREFIX}{NOTICE}\n"
        started.send_signal(number)
        assert started.wait(timeout=20) == -number
        assert started.stdout is not None
        assert started.stdout.read() == ""


def test_a_failure_is_said_too(capfd: pytest.CaptureFixture[str]) -> None:
    task, before = Context({}, check_mode=False), signal.getsignal(signal.SIGINT)

    def refused() -> NoReturn:
        signal.raise_signal(signal.SIGINT)
        raise CertificateError("refused", "cm: the cluster refused it.")

    with pytest.raises(CertificateError), deferred_signals(task, NOTICE):
        refused()
    assert capfd.readouterr().err == f"{PREFIX}{NOTICE}\n{PREFIX}cm: the cluster refused it.\n"
    assert task.interrupted == signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is before


def test_signals_of_a_thread_are_not_its_business() -> None:
    def inside() -> bool:
        with deferred_signals(Context({}, check_mode=False), NOTICE):
            return threading.current_thread() is not threading.main_thread()

    before = signal.getsignal(signal.SIGTERM)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(inside).result()
    assert signal.getsignal(signal.SIGTERM) is before
