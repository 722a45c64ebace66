# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules say where their libraries are missing."""

from __future__ import annotations

import pytest
from simulator import Cluster

from .runs import Ansible, login, task

pytestmark = pytest.mark.corner


def test_missing_libraries_are_named(ansible: Ansible, cluster: Cluster) -> None:
    """Without its site-packages, a Python has neither requests nor cryptography."""
    bare = ansible.folder / "bare"
    bare.write_text('#!/bin/sh\nexec python3 -S "$@"\n')
    bare.chmod(0o755)
    run = ansible.tasks(
        [task("read", "cluster_certificate_info", {})], connection=login(cluster), python=str(bare)
    ).expect(ok=False)
    assert "(requests >= 2.25, cryptography >= 40.0)" in run["read"].result["msg"]
    assert "Traceback" not in run["read"].result["msg"]
    assert run["read"].failure == {"kind": "missing_library"}


def test_missing_libraries_of_the_controller_are_named(ansible: Ansible, cluster: Cluster) -> None:
    """For the module that runs there."""
    broken = ansible.folder / "broken"
    broken.mkdir()
    (broken / "requests.py").write_text("raise ImportError\n")
    options = {"path": str(ansible.folder / "one.vault"), "names": ["proxy"]}
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", options)],
        connection=login(cluster),
        environment={"PYTHONPATH": str(broken)},
    ).expect(ok=False)
    assert "requests >= 2.25" in run["keep"].result["msg"]
    assert run["keep"].failure == {"kind": "missing_library"}
