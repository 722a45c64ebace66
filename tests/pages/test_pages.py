# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site that `make docs` made, in a browser: on a desktop, and on a phone that shows dark pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PROGRAM, Browser

SITE = Path(__file__).resolve().parents[2] / ".venv/site"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    found = sorted(SITE.rglob("*.html"))
    assert {"index.html", "troubleshooting.html", "cluster_certificate_module.html"} <= {page.name for page in found}
    return found


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_pages_fit_and_ask_the_network_for_nothing(browser: Browser, pages: list[Path], width: int, dark: bool) -> None:
    browser.look(width=width, dark=dark)
    for page in pages:
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


def test_every_page_is_accessible(browser: Browser, pages: list[Path]) -> None:
    found = []
    for page in pages:
        browser.open(page)
        for width, dark in ((1280, False), (1280, True), (390, True), (390, False)):
            browser.look(width=width, dark=dark)
            seen = browser.violations(of_colours=(width, dark) in ((1280, True), (390, False)))
            found += [f"{page.name}, {width}, {dark=}: {one}" for one in seen]
    assert found == []


def test_commands_can_be_copied(browser: Browser) -> None:
    browser.look()
    browser.open(SITE / "rollback.html")
    blocks, buttons = "div[class*=highlight-]", "button.copy"
    assert browser.evaluate(f"document.querySelectorAll('{blocks} > {buttons}').length") == browser.evaluate(
        f"document.querySelectorAll('{blocks}').length"
    )
    browser.evaluate(f"document.querySelector('{buttons}').click()")
    assert browser.copied() == "mkdir -m 700 backups"
    assert browser.evaluate(f"document.querySelector('{buttons}').textContent") == "Copied"
    browser.open(SITE / "first-rotation.html")
    assert browser.evaluate(f"document.querySelectorAll('.highlight-text {buttons}').length") == 0  # it is output


def test_everything_is_reached_with_the_keyboard_and_seen(browser: Browser) -> None:
    browser.look(width=390)
    browser.open(SITE / "first-rotation.html")
    reached = []
    for _number in range(120):
        browser.press("Tab")
        what, outline = browser.evaluate(
            "(({activeElement: one}) => [`${one.localName}.${one.className}`, getComputedStyle(one).outlineStyle])"
            "(document)"
        )
        reached.append(what)
        assert what == "body." or outline != "none", what
    assert {"button.copy", "pre."} <= set(reached)
