# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of the event source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.settings import Settings

CLUSTER = {"name": "payments", "url": "https://payments.example.com:9443", "username": "u", "password": "hush, hush"}


def parsed(**args: Any) -> Settings:
    return Settings.parse({"state_path": "state.json", "clusters": [CLUSTER], **args})


def test_what_is_not_given_has_a_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = parsed()
    assert settings.thresholds == (1, 7, 14, 30)
    assert (settings.interval, settings.jitter, settings.max_interval) == (3600, 0.1, 21600)
    assert settings.state_path == str(tmp_path / "state.json")
    assert [member.name for member in settings.members] == ["payments"]


def test_options_of_all_clusters_stand_beside_them() -> None:
    shared = {"username": "u", "password": "hush, hush", "clusters": [{"url": "https://a"}, {"url": "https://b"}]}
    assert [member.name for member in parsed(**shared).members] == ["a", "b"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"clusters": None}, "clusters"),
        ({"clusters": []}, "option clusters: must not be empty"),
        ({"clusters": 7}, "clusters"),
        ({"clusters": [CLUSTER, CLUSTER]}, "payments listed more than once"),
        ({"clusters": [{**CLUSTER, "ulr": "x"}]}, "ulr"),
        ({"clusters": [{**CLUSTER, "url": None}]}, "option url: missing"),
        ({"clusters": [{**CLUSTER, "password": None}]}, "cluster payments: option password: missing"),
        ({"clusters": [{**CLUSTER, "timeout": "soon"}]}, "cluster payments: .*timeout"),
        ({"clusters": [{**CLUSTER, "ca_path": "/nowhere.pem"}]}, "cluster payments: option ca_path: /nowhere.pem"),
        ({"state_path": None}, "state_path"),
        ({"thresholds": [30, "soon"]}, "thresholds"),
        ({"thresholds": [30, -1]}, "option thresholds"),
        ({"interval": 0}, "option interval: must be a number from 1"),
        ({"interval": "often"}, "interval"),
        ({"jitter": 2}, "option jitter"),
        ({"max_interval": -1}, "option max_interval"),
        ({"concurrency": 0}, "option concurrency"),
        ({"minimum_severity": "mild"}, "minimum_severity"),
        ({"minimum_rsa_bits": 512}, "option minimum_rsa_bits"),
        ({"exceptions": [{"check": "expiry", "reason": "moved", "until": "some day"}]}, "option exceptions"),
        ({"exceptions": [{"check": "expiry"}]}, "exceptions"),
        ({"intervall": 60}, "intervall"),
    ],
)
def test_a_wrong_argument_is_named(args: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_ENTERPRISE_PASSWORD", "")
    given = {"state_path": "state.json", "clusters": [CLUSTER], **args}
    with pytest.raises(CertificateError, match=said) as raised:
        Settings.parse({name: value for name, value in given.items() if value is not None})
    assert "hush" not in str(raised.value)
