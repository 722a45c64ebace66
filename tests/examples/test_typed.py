# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every command of the first pages, typed as it is written there, by a reader with an empty home and an empty folder.

The collection is installed from its tarball, from a stand-in for Galaxy. Of what is typed only addresses differ: those
of the pages stand for clusters of the simulator (world.py). Passwords are typed where a terminal asks for them.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from integration.runs import PROGRAMS, Ansible
from integration.test_awx_setup import AWX, stand_in
from simulator.authority import Authority

from .blocks import ROOT, blocks
from .galaxy import galaxy
from .journeys import JOURNEYS, NOT_TYPED, is_typed
from .shell import Shell, Typed
from .world import PASSWORD, World

#: What is asked for, and what the reader answers.
_ANSWERS = {
    r"[Vv]ault password \(\w+\): ": "the password of the vault",
    r"Password of \S+: ": PASSWORD,
    r"Token of AWX: ": "a token of the tests",
}

RELEASES = {"2.16": ROOT / ".venv/oldest/bin", "newest": PROGRAMS}

#: What the reader has replaced at the end.
REPLACED = {"readme": ["proxy"], "guides": ["api"]}


class Reader:
    """Somebody with an empty home and an empty folder, who follows pages."""

    def __init__(self, world: World, programs: Path, galaxy_url: str) -> None:
        self.world = world
        self.environment = {
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(world.ansible.home),
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_GALAXY_SERVER": galaxy_url,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",  # what it asks for is there already
        }

    def follow(self, page: str) -> Iterator[tuple[str, Typed | str]]:
        """Yield each command of a page with how it ended, or why it is not typed."""
        left_out = NOT_TYPED.get(page, {})
        with Shell(self.world.folder, self.environment, _ANSWERS) as shell:
            for block in filter(is_typed, blocks(page)):
                if block.file:
                    self._write(block.file, self.world.mapped(block.text))
                    continue
                if block.first in left_out:
                    yield block.text.rstrip(), left_out[block.first]
                    continue
                for typed in shell.type(block.text, self.world.mapped(block.text)):
                    yield typed.lines, typed

    def _write(self, name: str, text: str) -> None:
        """Make a file, or add to that of an earlier page: what has the same name there is replaced."""
        path = self.world.folder / name
        content = yaml.safe_load(text) if path.suffix == ".yml" else None
        if path.exists() and isinstance(content, dict):
            text = yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **content}, sort_keys=False)
        self.world.write(name, text)


@pytest.fixture(scope="session")
def tarballs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The collection, and the one of AWX, as Galaxy has them."""
    folder = tmp_path_factory.mktemp("tarballs")
    awx = folder / "awx"
    shutil.copytree(AWX / "ansible_collections/awx/awx", awx)
    about = yaml.safe_load((awx / "MANIFEST.json").read_text("utf-8"))["collection_info"]
    (awx / "galaxy.yml").write_text(yaml.safe_dump({key: value for key, value in about.items() if value}))
    for source in (ROOT / ".venv/layout/ansible_collections/redis_enterprise/certificates", awx):
        command: list[str | Path] = [
            PROGRAMS / "ansible-galaxy",
            "collection",
            "build",
            "--output-path",
            folder,
            source,
        ]
        subprocess.run(command, check=True, capture_output=True)
    return sorted(folder.glob("*.tar.gz"))


@pytest.mark.parametrize("journey", JOURNEYS)
@pytest.mark.parametrize("release", RELEASES)
def test_every_command_works_as_it_is_written(release: str, journey: str, tarballs: list[Path], tmp_path: Path) -> None:
    if not RELEASES[release].exists():
        pytest.skip("no Python 3.10 to 3.12")
    version = subprocess.run([RELEASES[release] / "ansible", "--version"], capture_output=True, text=True, check=True)
    print(version.stdout.partition("\n")[0])
    failed = []
    with ExitStack() as cleanup:
        world = _world(JOURNEYS[journey], tmp_path, cleanup)
        reader = Reader(world, RELEASES[release], cleanup.enter_context(galaxy(tarballs)))
        for page in JOURNEYS[journey]:
            print(f"\n{page}")
            if page == "docs/break-glass.md":
                _expire(world)
            for command, ended in reader.follow(page):
                first, *others = command.splitlines()
                print(f"  {'-' if isinstance(ended, str) else ended.code:>3}  {first}", *others, sep="\n       ")
                if isinstance(ended, str):
                    print(f"       not typed: it {ended}")
                elif ended.code != 0 or "Traceback" in ended.output:
                    failed.append(f"{page}: {command}\n{ended.output}")
        assert not failed, "\n\n".join(failed)
        for name in REPLACED[journey]:
            made = world.folder / f"certificates/payments/{name}.pem"
            assert world.main.certificate(name) == made.read_text("utf-8")


def test_the_list_names_nothing_else() -> None:
    """What the list names is there."""
    there = {(block.page, block.first) for pages in JOURNEYS.values() for page in pages for block in blocks(page)}
    assert {(page, first) for page, reasons in NOT_TYPED.items() for first in reasons} <= there


def _world(pages: list[str], folder: Path, cleanup: ExitStack) -> World:
    """Return clusters for the names on the pages, and an AWX; nothing that the reader makes."""
    text = "".join(block.text for page in pages for block in blocks(page))
    world = World(text, Ansible(folder), cleanup)
    world.start_clusters()
    for name, cluster in world.clusters.items():
        # A simulated cluster has a free port for its metrics, a real one the port 8070.
        world.write(f"host_vars/{name}.yml", yaml.safe_dump({"redis_enterprise_metrics_port": cluster.metrics_port}))
    world.name_fingerprints(r"trust_fingerprints=(\S+)$")
    shared = folder / "shared"
    for name in ("audits", "reports"):
        (shared / name).mkdir(parents=True)
    awx = cleanup.enter_context(stand_in())
    world.values |= {
        "/shared/redis-certificates": str(shared),
        "https://awx.example.com": awx.url,
        # The clusters are at addresses.
        "subjectAltName=DNS:$fqdn": "subjectAltName=IP:127.0.0.1,DNS:$fqdn",
    }
    return world


def _expire(world: World) -> None:
    """Let the certificate of the API expire, as the page begins."""
    expired = Authority("Another CA").issue(world.main.fqdn, days=-3)
    world.main.set_certificate("api", expired.certificate_pem, str(expired.key_pem))
