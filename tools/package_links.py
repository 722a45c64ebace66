# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check where links lead: package_links.py FILE.tar.gz RESULT.json, where RESULT is what galaxy-importer left.

Pages in a built collection may link to what it holds. The README is shown elsewhere, on Galaxy and Automation Hub, so
as it is rendered there, its links and pictures are absolute. What leads to the repository must lead to a file.
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
import tarfile
from collections.abc import Iterator
from html.parser import HTMLParser

_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^]]+\]: (\S+)$", re.MULTILINE)
_BLOCK = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Package:
    """The pages, and the names of all files and folders, of a built collection."""

    def __init__(self, path: str) -> None:
        """Read them."""
        with tarfile.open(path) as archive:
            self.names = {member.name for member in archive.getmembers()}
            self.pages = {name: _read(archive, name) for name in self.names if name.endswith(".md")}
            self.repository = json.loads(_read(archive, "MANIFEST.json"))["collection_info"]["repository"]

    def problem(self, page: str, link: str) -> str | None:
        """Return what is wrong with a link of a page."""
        own = re.fullmatch(rf"{re.escape(self.repository)}/(?:blob|raw|tree)/main/(.+)", link)
        target, dummy, fragment = (own[1] if own else link).partition("#")
        if not own:
            if re.match(r"\w+:", link):
                return None if link.startswith("https://") else "is not https"
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
        if target not in self.names:
            return "leads nowhere"
        if fragment and fragment not in set(map(_anchor, _HEADING.findall(self.pages.get(target, "")))):
            return "has no such heading"
        return None


def _read(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    return file.read().decode() if file else ""


def _anchor(heading: str) -> str:
    """Return the name of a heading, as GitHub and the site make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


class _Rendered(HTMLParser):
    """Collects links and pictures."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def problems(package: Package, html: str) -> Iterator[str]:
    """Yield what is wrong with the pages, and with the README as it is rendered."""
    for page, text in sorted(package.pages.items()):
        for found in _LINK.finditer(_BLOCK.sub("", text)):
            link = found[1] or found[2]
            if problem := package.problem(page, link):
                yield f"{page}: {link}: {problem}"
    rendered = _Rendered()
    rendered.feed(html)
    if not rendered.links:
        yield "README.md, rendered: has no link"
    for link in rendered.links:
        if not link.startswith("https://"):
            yield f"README.md, rendered: {link}: is not absolute"
        elif problem := package.problem("README.md", link):
            yield f"README.md, rendered: {link}: {problem}"


def main(tarball: str, result: str) -> None:
    """Print what is wrong; exit code 1 when something is."""
    with open(result, encoding="utf-8") as file:
        html = json.load(file)["docs_blob"]["collection_readme"]["html"]
    wrong = list(problems(Package(tarball), html))
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main(*sys.argv[1:])
