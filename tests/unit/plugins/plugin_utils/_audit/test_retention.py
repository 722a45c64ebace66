# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only reports are removed, only old ones, and only whole folders of them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.retention import remove_old

NAMES = {"audit.json", "audit.html"}
NOW = time.time()


def made(folder: Path, days: float, *files: str) -> Path:
    """A folder to which nothing was written for so many days."""
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_text("{}")
    for path in (*folder.iterdir(), folder, folder.parent):
        os.utime(path, (NOW - days * 86400,) * 2)
    return folder


def remove(below: Path, *, check_mode: bool = False) -> set[str]:
    def warn(text: str) -> None:
        raise AssertionError(text)

    removed = remove_old(str(below), NAMES, 90, NOW, warn, check_mode=check_mode)
    return {os.path.relpath(path, below) for path in removed}


def test_old_reports_go_and_all_else_stays(tmp_path: Path) -> None:
    below = tmp_path / "audits"
    made(below / "1/10", 91, "audit.json", "audit.html")
    made(below / "2/20", 89, "audit.json")
    made(below / "3/30", 91, "audit.json", "notes.txt")
    made(below / "4/40", 91)
    made(below / "5/50", 91, "audit.json")
    made(below / "5/51", 1, "audit.json")
    (below / "6").symlink_to(made(tmp_path / "elsewhere/60", 400, "audit.json"))
    made(below / "7", 91, "audit.json")
    os.utime(below, (NOW - 91 * 86400,) * 2)
    (below / "audit.json").write_text("{}")
    everything = sorted(map(str, tmp_path.rglob("*")))

    expected = {"1", "1/10", "4", "4/40", "5/50", "7"}
    assert remove(below, check_mode=True) == expected
    assert sorted(map(str, tmp_path.rglob("*"))) == everything
    assert remove(below) == expected
    left = {str(path.relative_to(below)) for path in below.rglob("*")}
    assert left == {"2", "2/20", "2/20/audit.json", "3", "3/30", "3/30/audit.json", "3/30/notes.txt",
                    "5", "5/51", "5/51/audit.json", "6", "audit.json"}  # fmt: skip
    assert (tmp_path / "elsewhere/60/audit.json").exists()
    assert remove(below) == set()


def test_a_folder_that_is_not_there_has_no_reports(tmp_path: Path) -> None:
    assert remove(tmp_path / "missing") == set()


@pytest.mark.parametrize("call", ["stat", "listdir", "unlink", "rmdir"])
def test_what_another_slice_removes_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    made(tmp_path / "2/20", 91, "audit.json")
    gone = made(tmp_path / "1/10", 91, "audit.json")
    real = getattr(os, call)

    def racing(path: str, *others: object, **more: object) -> object:
        if Path(path) in (gone, gone / "audit.json"):
            monkeypatch.setattr(os, call, real)
            shutil.rmtree(gone)
        return real(path, *others, **more)

    monkeypatch.setattr(os, call, racing)
    assert remove(tmp_path) >= {"2", "2/20"}
    assert not gone.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_cannot_be_removed_is_a_warning(tmp_path: Path) -> None:
    folder = made(tmp_path / "1/10", 91, "audit.json")
    folder.chmod(0o500)
    said: list[str] = []
    assert remove_old(str(tmp_path), NAMES, 90, NOW, said.append, check_mode=False) == []
    assert said == [f"the old report {folder} could not be removed: Permission denied. Check its owner"]
