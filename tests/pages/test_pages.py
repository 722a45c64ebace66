# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site that `make docs` made, in a browser: on a desktop, and on a phone that shows dark pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PROGRAM, Browser

SITE = Path(__file__).resolve().parents[2] / ".venv/site"
#: Made by Sphinx, for its search and its index.
_OTHERS = {"genindex.html", "search.html"}

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def pages() -> list[Path]:
    return sorted(path for path in SITE.rglob("*.html") if path.name not in _OTHERS)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_pages_fit_and_ask_the_network_for_nothing(browser: Browser, width: int, dark: bool) -> None:
    found = pages()
    assert {"index.html", "troubleshooting.html", "cluster_certificate_module.html"} <= {page.name for page in found}
    browser.look(width=width, dark=dark)
    for page in found:
        browser.open(page)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, page
        assert browser.evaluate("[...document.images].every(one => one.naturalWidth > 0)"), page
    assert [url for url in browser.requests if not url.startswith(("file:", "about:", "data:"))] == []
    assert browser.complaints == []


def test_nothing_is_hidden_on_a_phone(browser: Browser) -> None:
    """Tables of options are as wide as the window: nobody has to push each of them to the side to read it."""
    browser.look(width=390)
    browser.open(SITE / "reference/cluster_certificate_module.html")
    shown = (
        "[...document.querySelectorAll('.ansible-option-cell')].every(one => one.getBoundingClientRect().right <= 390)"
    )
    assert browser.evaluate(shown)
