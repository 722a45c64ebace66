# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the Markdown pages to where Sphinx reads them: pages.py FOLDER.

In the repository, pages are in docs/ and at the top; in the site they are all in one folder. A link from one to another
is rewritten for that. One to a file that is no page leads to the repository.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
#: The pages at the top that are part of the site.
TOP = ("CONTRIBUTING.md", "SECURITY.md", "TESTING.md")
#: What GitHub shows in place of the site's first page.
FRONT = ROOT / "README.md"
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")


def rewritten(page: Path, pages: dict[Path, str], repository: str) -> str:
    """Return the text of a page, its links as the site needs them."""

    def link(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(page.parent / found[1]))
        if not target.exists():
            sys.exit(f"{page.relative_to(ROOT)}: there is no {found[1]}")
        if target in pages:
            return pages[target] + (found[2] or "")
        if target.is_relative_to(ROOT / "docs/images"):
            return str(target.relative_to(ROOT / "docs"))
        return f"{repository}/blob/main/{target.relative_to(ROOT)}"

    return _LINK.sub(link, page.read_text(encoding="utf-8"))


def main() -> None:
    """Copy, or end with a link that leads nowhere."""
    folder = Path(sys.argv[1])
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    sources = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in TOP)]
    pages = {source: source.name for source in sources} | {FRONT: "index.md"}
    rewritten(FRONT, pages, repository)  # its links are tried, too
    for source in sources:
        (folder / source.name).write_text(rewritten(source, pages, repository), encoding="utf-8")
    shutil.copytree(ROOT / "docs/images", folder / "images")


main()
