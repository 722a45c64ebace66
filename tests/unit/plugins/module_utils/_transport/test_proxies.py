# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies come from the environment alone, and messages name the variable that is in force."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.proxies import (
    find_proxies,
    proxy_variable,
)

URL = "https://cluster.example.com:9443"
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *map(str.upper, NAMES)):
        monkeypatch.delenv(name, raising=False)


def test_the_settings_of_the_system_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS, a forked process that does is killed."""

    def killed(*dummy: Any, **_keywords: Any) -> Any:
        raise AssertionError("asked for the settings of the system")

    for name in ("getproxies", "proxy_bypass"):
        monkeypatch.setattr(f"requests.utils.{name}", killed)
        monkeypatch.setattr(f"requests.compat.{name}", killed)
    assert find_proxies(URL) == {}
    assert proxy_variable(URL) is None


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"HTTPS_PROXY": "http://a:1"}, "HTTPS_PROXY"),
        ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"}, "https_proxy"),
        ({"ALL_PROXY": "http://a:1"}, "ALL_PROXY"),
        ({"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://b:1"}, "HTTPS_PROXY"),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": ".example.com"}, None),
        ({"HTTPS_PROXY": "a:1"}, "HTTPS_PROXY"),
    ],
)
def test_the_variable_in_force_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], variable: str | None
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert proxy_variable(URL) == variable
    assert bool(find_proxies(URL)) is (variable is not None or "HTTP_PROXY" in given)


@pytest.mark.parametrize("value", ["http://", "no url", "http://a:port", "http://[::1", "gopher://a:1", "http://a b:1"])
def test_what_is_no_proxy_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(CertificateError, match="environment variable ALL_PROXY: ") as raised:
        find_proxies(URL)
    assert raised.value.kind == "proxy"
