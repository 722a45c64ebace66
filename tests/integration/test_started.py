# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is forked cannot be told from what is started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from . import started

pytestmark = pytest.mark.one_corner

SCRIPT = textwrap.dedent("""
    import __main__, json, os, signal, sys
    about = {
        "arguments": sys.argv,
        "folder": os.getcwd(),
        "path": sys.path,
        "environment": {name: value for name, value in os.environ.items() if name not in ("_", "PWD", "SHLVL")},
        "file": getattr(__main__, "__file__", None),
        "name": __name__,
        "streams": [[s.fileno(), s.encoding, s.errors, s.line_buffering] for s in (sys.stdin, sys.stdout, sys.stderr)],
        "open": sorted(os.listdir("/dev/fd"))[:3],
        "signals": [str(signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
        "executable": sys.executable,
    }
    print(json.dumps(about))
    sys.exit(7)
""")


def said(code: int, output: str) -> dict[str, Any]:
    assert code == 7, output
    about: dict[str, Any] = json.loads(output)
    return about


@pytest.mark.parametrize("more", [{}, {"PYTHONPATH": started.JOURNAL}], ids=["as here", "with a journal"])
def test_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    found = []
    for warm in (False, True):
        monkeypatch.setattr(started, "WARM", warm)
        environment = {**os.environ, "COLOUR": "a=b", **more}
        python = Path(sys.executable)
        found.append(said(*started.run(python, script, "one", "", environment=environment, folder=tmp_path)))
    assert found[0] == found[1]


@pytest.mark.parametrize("more", [{}, {"PYTHONPATH": started.JOURNAL}], ids=["as here", "with a journal"])
def test_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    monkeypatch.setattr(started, "WARM", True)
    # The shell in between drops other names, such as those of functions that bash exports.
    plain = {name: value for name, value in os.environ.items() if name.isidentifier()}
    environment = {name: value for name, value in plain.items() if not name.startswith("PYTHON")} | more
    found = []
    for python in (sys.executable, started.interpreter(sys.executable, str(tmp_path))):
        ended = subprocess.run(
            [python], input=SCRIPT, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )
        assert ended.stderr == ""
        found.append(said(ended.returncode, ended.stdout))
    assert found[0] == found[1]


def test_what_a_signal_ends_is_said_to_have_ended_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "WARM", True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    python = started.interpreter(sys.executable)
    assert subprocess.run([python], input=script, text=True, check=False, env=environment).returncode == -9
