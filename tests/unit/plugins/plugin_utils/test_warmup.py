# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done once, before the workers."""

from __future__ import annotations

import importlib
import io
import socket
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils import _action, _warmup


def test_it_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_keywords: Any) -> None:
        raise AssertionError("something was opened")

    for module, name in ((socket, "socket"), (socket, "getaddrinfo"), (io, "open")):
        monkeypatch.setattr(module, name, refuse)
    monkeypatch.setattr("builtins.open", refuse)
    _warmup.prepare()


def test_what_fails_there_is_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = []

    def fail() -> None:
        failed.append(True)
        raise OSError("this library was built without it")

    monkeypatch.setattr(_warmup, "prepare", fail)
    importlib.reload(_action)
    assert failed == [True]
