# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters, material and runs that integration tests share."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import Cluster
from simulator.authority import Authority

from .parts import program
from .runs import WHOLE, Ansible

#: One release without the bulk update and one with it.
VERSIONS = ["7.8.6-36", "8.0.20-96"]


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(common_name="Integration test CA")


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key and the certificate of a CA below a root, made by openssl."""
    folder = tmp_path_factory.mktemp("own")
    openssl = program("openssl")

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], check=True, cwd=folder, capture_output=True)

    ca = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    new = ["req", "-x509", "-newkey", "rsa:2048", "-days", "900", *ca]
    run(*new, "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Own root")
    encrypted = ["-keyout", "ca.key", "-passout", "pass:open sesame"]
    run(*new, *encrypted, "-CA", "root.pem", "-CAkey", "root.key", "-out", "ca.pem", "-subj", "/CN=Own CA")
    (folder / "chain.pem").write_text((folder / "ca.pem").read_text() + (folder / "root.pem").read_text())
    return folder


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of one node that has the bulk update."""
    with Cluster(nodes=1, version="8.0.20-96", database="none") as started:
        yield started


@pytest.fixture(params=VERSIONS if WHOLE else VERSIONS[1:])
def any_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of one node, of each kind of release; the oldest ansible-core, which sees no difference, gets one."""
    with Cluster(nodes=1, version=request.param, database="none") as started:
        yield started
