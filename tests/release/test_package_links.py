# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tools/package_links.py says of links in a built collection."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/example/example"
FINE = '<a href="https://example.com/">elsewhere</a>'


def checked(folder: Path, page: str, html: str = FINE) -> list[str]:
    """Return what the tool says of a collection with a page, and a README that is rendered so."""
    files = {
        "MANIFEST.json": json.dumps({"collection_info": {"repository": REPOSITORY}}),
        "README.md": "# Example\n\n## What it does\n",
        "docs/page.md": page,
    }
    tarball, result = folder / "built.tar.gz", folder / "result.json"
    with tarfile.open(tarball, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    result.write_text(json.dumps({"docs_blob": {"collection_readme": {"html": html}}}))
    command: list[str | Path] = [sys.executable, ROOT / "tools/package_links.py", tarball, result]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == (1 if done.stdout.strip() else 0)
    said: list[str] = done.stdout.split("\n")
    return said[:-1]


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](../README.md)", ""),
        ("[a](../README.md#what-it-does)", ""),
        (f"[a]({REPOSITORY}/blob/main/README.md#what-it-does)", ""),
        (f"[a]({REPOSITORY}/issues)", ""),
        ("```text\n[a](nowhere.md)\n```", ""),
        ("[a](nowhere.md)", "docs/page.md: nowhere.md: leads nowhere"),
        ("[a](../README.md#what)", "docs/page.md: ../README.md#what: has no such heading"),
        (f"[a]({REPOSITORY}/blob/main/no.md)", f"docs/page.md: {REPOSITORY}/blob/main/no.md: leads nowhere"),
        (f"[a]\n\n[a]: {REPOSITORY}/blob/main/no.md", f"docs/page.md: {REPOSITORY}/blob/main/no.md: leads nowhere"),
        ("[a](http://example.com/)", "docs/page.md: http://example.com/: is not https"),
    ],
)
def test_links_of_pages(tmp_path: Path, link: str, problem: str) -> None:
    assert checked(tmp_path, link) == [problem]


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (f'<a href="{REPOSITORY}/blob/main/docs/page.md">a</a>', ""),
        ('<img src="docs/images/a.svg">', "README.md, rendered: docs/images/a.svg: is not absolute"),
        ('<a href="docs/page.md">a</a>', "README.md, rendered: docs/page.md: is not absolute"),
        (
            f'<a href="{REPOSITORY}/tree/main/no">a</a>',
            f"README.md, rendered: {REPOSITORY}/tree/main/no: leads nowhere",
        ),
        ("[text][name]", "README.md, rendered: has no link"),
    ],
)
def test_links_of_the_readme_as_galaxy_shows_it(tmp_path: Path, html: str, problem: str) -> None:
    assert checked(tmp_path, "", html) == [problem]
