# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file


class Clock(BaseException):
    """As Ansible's for a task that has C(timeout)."""


@pytest.mark.parametrize("error", [OSError, Clock])
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    path = tmp_path / "proxy.key"
    path.write_text("old")

    def fail(_descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        replace_file(str(path), b"a private key")
    assert [one.name for one in tmp_path.iterdir()] == ["proxy.key"]
    assert path.read_text() == "old"
