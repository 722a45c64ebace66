# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page in a browser: it stands alone, shows hostile text as text, can be filtered and sorted, and fits everywhere.

Screenshots of it are kept in .venv/screenshots, to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browser
import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import page
from browser import Browser

from . import reports

ROOT = Path(__file__).resolve().parents[5]
STYLE = (Path(page.__file__).parent / "page.css").read_text(encoding="utf-8")

FLEETS: dict[str, Any] = {
    "1": fleets.fleet(1),
    "12": fleets.fleet(12),
    "200": fleets.fleet(200),
    "hostile": [*fleets.fleet(3), fleets.hostile()],
    "none": [],
}

needs_browser = pytest.mark.skipif(browser.PROGRAM is None, reason="chromium is not installed")


def render(name: str) -> str:
    return page.render(reports.report(FLEETS[name], exceptions=[reports.ACCEPTED]))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name in FLEETS:
        written[name] = folder / f"{name}.html"
        written[name].write_text(render(name), encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def shots() -> Path:
    folder = ROOT / ".venv/screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def chromium(running: Browser) -> Iterator[Browser]:
    running.look()
    running.complaints.clear()
    running.requests.clear()
    yield running
    running.call("Emulation.setScriptExecutionDisabled", value=False)
    assert running.complaints == []
    assert [url for url in running.requests if not url.startswith(("file:", "data:,"))] == []
    assert running.requests


def visible(chromium: Browser, selector: str) -> list[str]:
    """The text of what the selector finds and is shown."""
    found: list[str] = chromium.evaluate(
        f"[...document.querySelectorAll({selector!r})].filter((one) => one.checkVisibility())"
        ".map((one) => one.textContent.trim())"
    )
    return found


def search(chromium: Browser, text: str) -> None:
    chromium.evaluate(f"search.value = {text!r}; search.dispatchEvent(new Event('input'))")


@pytest.mark.parametrize("size", ["1", "12", "200"])
def test_it_is_under_a_megabyte(size: str) -> None:
    assert len(render(size).encode()) < 1_000_000


@pytest.mark.parametrize("days", [10**400, -(10**400)], ids=["late", "early"])
def test_an_end_beyond_all_calendars_is_drawn_at_the_edge(days: int) -> None:
    data = fleets.cluster("one.example.com")
    data["certificates"][0]["days_remaining"] = days
    assert "<svg" in page.render(reports.report([data]))


def test_two_hundred_clusters_of_the_longest_texts_are_too() -> None:
    names = (*fleets.NAMES, "ldap_client", "mtls_trusted_ca")
    clusters = []
    for number in range(200):
        cluster = fleets.cluster(f"a-rather-long-name-of-a-cluster-{number:03}.eu-central-1.example.com")
        issuer = "CN=Example Issuing CA for Databases 2026-03,OU=Platform Engineering,O=Example Corporation,C=DE"
        cluster["certificates"] = [fleets.facts(cluster["name"], name, 20, issuer=issuer) for name in names]
        clusters.append(cluster)
    assert len(page.render(reports.report(clusters)).encode()) < 1_200_000


def test_five_hundred_clusters_of_all_kinds_with_eight_certificates_each_are_under_two() -> None:
    clusters = [{**data, "name": f"{number:03}-{data['name']}"} for number in range(42) for data in fleets.fleet(12)][
        :500
    ]
    for data in clusters:
        missing = 8 - len(data["certificates"])
        if not data["error"]:
            data["certificates"] += [fleets.facts(data["name"], "ldap_client", 75)] * missing
    assert len(page.render(reports.report(clusters)).encode()) < 2_000_000


@needs_browser
@pytest.mark.parametrize("name", FLEETS)
@pytest.mark.parametrize(
    ("kind", "window"),
    [("light", {}), ("dark", {"dark": True}), ("phone", {"width": 390, "height": 844}),
     ("paper", {"width": 794, "height": 1123, "media": "print"})],
)  # fmt: skip
def test_it_fits(
    chromium: Browser, pages: dict[str, Path], shots: Path, name: str, kind: str, window: dict[str, Any]
) -> None:
    chromium.look(**window)
    chromium.open(pages[name])
    chromium.screenshot(shots / f"{name}-{kind}.png", whole=name != "200")
    # Wide tables scroll by themselves; the page does not.
    if kind != "paper":
        assert chromium.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert chromium.evaluate("document.title").startswith("Certificates of ")


@needs_browser
def test_it_prints(chromium: Browser, pages: dict[str, Path], shots: Path) -> None:
    chromium.open(pages["12"])
    chromium.print(shots / "12.pdf")
    chromium.look(media="print")
    assert visible(chromium, "#controls") == []
    assert len(visible(chromium, ".matrix tbody tr")) == 12
    assert visible(chromium, "#findings tbody tr")


@needs_browser
def test_hostile_text_is_text(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["hostile"])
    # The only ones are those of the page.
    assert chromium.evaluate("document.scripts.length") == 1
    assert chromium.evaluate("document.querySelectorAll('img, iframe, object, main b').length") == 0
    assert chromium.evaluate("document.querySelectorAll('[onload], [onerror], [onmouseover]').length") == 0
    chromium.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    text = chromium.evaluate("document.body.innerText")
    assert "the leaf <script>document.title='owned'</script><img src=x" in text
    assert "</script><b>new</b>" in text
    assert "{{ 7 * 7 }}{% raw %}" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u2066]", text)
    assert "owned" not in chromium.evaluate("document.title")


@needs_browser
def test_what_would_get_in_all_the_same_does_not_run(chromium: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    text = pages["1"].read_text(encoding="utf-8")
    path.write_text(text.replace("<main>", "<main><script>document.title = 'owned'</script>"), encoding="utf-8")
    chromium.open(path)
    assert chromium.evaluate("document.title") != "owned"
    assert any("Content Security Policy" in complaint for complaint in chromium.complaints)
    chromium.complaints.clear()


@needs_browser
def test_filter(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["12"])
    assert len(visible(chromium, ".matrix tbody tr")) == 12
    search(chromium, "CATALOGUE")
    assert visible(chromium, ".matrix tbody th") == ["catalogue-iad.example.com", "catalogue-fra.example.com"]
    assert len(visible(chromium, "details[data-c]")) == 2
    assert set(visible(chromium, "#findings tbody th")) == {"catalogue-fra.example.com", "catalogue-iad.example.com"}
    assert chromium.evaluate("count.textContent") == "2 of 12 clusters"
    chromium.evaluate("verdict.value = 'unreachable'; verdict.dispatchEvent(new Event('change'))")
    assert visible(chromium, ".matrix tbody th") == ["catalogue-iad.example.com"]
    chromium.evaluate("verdict.value = ''; verdict.dispatchEvent(new Event('change'))")
    # What was found of a cluster counts, too.
    search(chromium, "valid for 730 days")
    assert visible(chromium, ".matrix tbody th") == ["payments-fra.example.com"]
    search(chromium, "no such thing")
    assert visible(chromium, "[data-c]") == []
    search(chromium, "")
    assert len(visible(chromium, ".matrix tbody tr")) == 12


@needs_browser
def test_sort(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["12"])
    click = "document.querySelector('.matrix thead th:nth-child(3) button').click()"
    state = "document.querySelector('.matrix thead th:nth-child(3)').getAttribute('aria-sort')"
    for direction in ("ascending", "descending"):
        chromium.evaluate(click)
        assert chromium.evaluate(state) == direction
        shown = visible(chromium, ".matrix tbody td:nth-child(3)")
        numbers = [int(text) for text in shown if text]
        assert numbers == sorted(numbers, reverse=direction == "descending")
        # A cluster without certificates comes last either way.
        assert shown[-1] == ""
        assert len(numbers) == 11
    chromium.evaluate("document.querySelector('.matrix thead th button').click()")
    names = visible(chromium, ".matrix tbody th")
    assert names == sorted(names)


@needs_browser
def test_a_link_opens_the_cluster(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["12"])
    assert not chromium.evaluate("c9.open")
    chromium.evaluate("document.querySelector('.matrix a[href=\"#c9\"]').click()")
    chromium.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert chromium.evaluate("c9.open")
    assert "Replica of" in visible(chromium, "#c9 dt")
    chromium.evaluate("fold.click()")
    assert chromium.evaluate("document.querySelectorAll('details[data-c][open]').length") == 12
    chromium.evaluate("fold.click()")
    assert chromium.evaluate("document.querySelectorAll('details[data-c][open]').length") == 0


@needs_browser
def test_it_can_be_read_without_scripts(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    chromium.open(pages["12"])
    # They are the page's scripts that do not run; questions are answered.
    assert visible(chromium, "#controls") == []
    assert len(visible(chromium, ".matrix tbody tr")) == 12
    assert visible(chromium, "#findings tbody tr")
    assert len(visible(chromium, "details[data-c] summary")) == 12


@needs_browser
@pytest.mark.parametrize("name", FLEETS)
def test_it_is_accessible(chromium: Browser, pages: dict[str, Path], name: str) -> None:
    chromium.open(pages[name])
    assert chromium.evaluate("document.documentElement.lang") == "en"
    levels = chromium.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert chromium.evaluate("[...document.querySelectorAll('th')].every((one) => one.scope)")
    assert chromium.evaluate("[...document.querySelectorAll('table')].every((one) => one.tHead && one.tBodies.length)")
    named = "one.labels?.length || one.textContent.trim() || one.ariaLabel"
    assert chromium.evaluate(f"[...document.querySelectorAll('button, input, select')].every((one) => {named})")
    assert chromium.evaluate(
        "[...document.querySelectorAll('svg')].every((one) => one.role === 'img' && one.ariaLabel)"
    )
    # What scrolls can be reached with the keyboard, and has a name.
    assert chromium.evaluate("[...document.querySelectorAll('[tabindex]')].every((one) => one.ariaLabel)")
    ids = chromium.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    targets = chromium.evaluate("[...document.querySelectorAll('a')].map((one) => one.getAttribute('href'))")
    assert {target[1:] for target in targets} <= set(ids)


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the style, by theme."""
    found = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(found) == 3
    return {
        theme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for theme, block in zip(("light", "dark", "paper"), found)
    }


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_contrast(theme: str) -> None:
    colours = palettes()[theme]
    assert colours.keys() == palettes()["light"].keys()
    levels = ("ok", "warning", "critical", "expired", "info", "none")
    texts = [("text", "page"), ("text", "surface"), ("muted", "page"), ("muted", "surface"), ("accent", "surface")]
    texts += [(level, f"{level}-back") for level in levels] + [("page", "muted")]
    texts += [("surface", f"{level}-dot") for level in levels[:4]]  # the number in a dot
    for text, back in texts:
        lighter, darker = sorted((luminance(colours[text]), luminance(colours[back])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, back)
