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
from unicodedata import normalize

import browser
import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import page
from browser import Browser
from pypdf import PdfReader

from . import reports

ROOT = Path(__file__).resolve().parents[5]
STYLE = (Path(page.__file__).parent / "page.css").read_text(encoding="utf-8")


def unread(name: str) -> Any:
    """A cluster whose API presents a certificate that has expired."""
    data = fleets.unreachable(name)
    data["error"]["failure"] = {"kind": "tls_expired"}
    return {**data, "api_endpoint": fleets.presented(name, -3)}


FLEETS: dict[str, Any] = {
    "1": fleets.fleet(1),
    "12": fleets.fleet(12),
    "200": fleets.fleet(200),
    "hostile": [*fleets.fleet(3), fleets.hostile()],
    "unread": [unread("lost.example.com"), fleets.cluster("found.example.com")],
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
    assert len(page.render(reports.report(fleets.mixed(500))).encode()) < 2_000_000


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
        assert chromium.violations() == []
        assert chromium.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert chromium.evaluate("document.title").startswith("Certificates of ")


@needs_browser
def test_heads_are_repeated_on_every_sheet(chromium: Browser, tmp_path: Path, shots: Path) -> None:
    path = tmp_path / "60.html"
    path.write_text(page.render(reports.report(fleets.mixed(60))), encoding="utf-8")
    chromium.open(path)
    chromium.print(shots / "60.pdf")
    texts = [normalize("NFKC", sheet.extract_text()) for sheet in PdfReader(shots / "60.pdf").pages]  # no ligatures
    sheets = [" ".join(text.split()) for text in texts]
    matrix = [sheet for sheet in sheets if sheet.count("\u2713") > 20]
    assert len(matrix) >= 3
    assert all("cluster verdict first api" in sheet for sheet in matrix)
    found = [sheet for sheet in sheets if sheet.count("ansible-playbook") > 3]
    assert len(found) >= 3
    assert all("cluster certificate what was found command" in sheet for sheet in found)


@needs_browser
def test_it_prints(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["12"])
    chromium.look(media="print", width=718)  # A4 without its margins
    assert visible(chromium, "#controls") == []
    assert len(visible(chromium, ".matrix tbody tr")) == 12
    assert visible(chromium, "#findings tbody tr")
    # No column is beside the paper.
    chromium.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    beside = "[...document.querySelectorAll('th, td')].filter((one) => one.getBoundingClientRect().right > 719)"
    assert chromium.evaluate(f"{beside}.map((one) => one.textContent)") == []
    # Paper says what is not on it.
    search(chromium, "catalogue")
    assert visible(chromium, "#controls output") == ["2 of 12 clusters; all numbers are of these"]


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


def totals(chromium: Browser) -> dict[str, str]:
    """The number of each tile, and of each verdict."""
    found: dict[str, str] = chromium.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#totals li')].map((one) => [one.id.slice(2),"
        " [one.querySelector('strong'), one.querySelector('span')].map((two) => two?.textContent).join(' ').trim()]))"
    )
    return found


def drawn(chromium: Browser) -> dict[str, Any]:
    """What the filter changes: the tiles, the bar and its numbers, the dots and the list of what expires next."""
    dots = "#timeline g:not([data-gone])"
    return {
        "totals": totals(chromium),
        "verdicts": visible(chromium, "#verdicts span"),
        "bar": chromium.evaluate(
            "[...document.querySelectorAll('.share rect')]"
            ".map((one) => ['x', 'width'].map((of) => one.getAttribute(of)))"
        ),
        "dots": chromium.evaluate(
            f"[...document.querySelectorAll('{dots}')].map((one) => [one.querySelector('title').textContent,"
            " one.querySelector('circle').getAttribute('r'), one.querySelector('text')?.textContent])"
        ),
        "coming": visible(chromium, "#coming tr"),
    }


@needs_browser
@pytest.mark.parametrize("name", ["12", "200", "unread", "none"])
def test_what_a_filter_shows_is_what_the_report_says(chromium: Browser, pages: dict[str, Path], name: str) -> None:
    """The script counts and draws again what is shown: with all clusters, exactly what is there without it."""
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    chromium.open(pages[name])
    before = drawn(chromium)
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    chromium.open(pages[name])
    search(chromium, "no such thing")
    assert visible(chromium, "#coming tr") == []
    assert chromium.evaluate("document.querySelectorAll('#timeline g:not([data-gone])').length") == 0
    assert set(totals(chromium).values()) <= {"0", "0 0"}
    search(chromium, "")
    assert drawn(chromium) == before


@needs_browser
@pytest.mark.parametrize("word", ["fra", "catalogue", "iad"])
def test_a_filtered_report_has_the_numbers_of_these_clusters(
    chromium: Browser, pages: dict[str, Path], tmp_path: Path, word: str
) -> None:
    """They are those of a report of these clusters alone."""
    some = [data for data in FLEETS["12"] if word in data["name"]]
    path = tmp_path / "some.html"
    path.write_text(page.render(reports.report(some, exceptions=[reports.ACCEPTED])), encoding="utf-8")
    chromium.open(path)
    expected = drawn(chromium)
    sections = visible(chromium, "#findings h3, #findings summary")
    chromium.open(pages["12"])
    search(chromium, word)
    found = drawn(chromium)
    for key in ("totals", "verdicts", "bar", "coming"):
        assert found[key] == expected[key]
    # Dots stay where they are in the whole fleet's picture; nothing is missing from them.
    assert sum(int(count or 1) for _title, _radius, count in found["dots"]) == sum(
        int(count or 1) for _title, _radius, count in expected["dots"]
    )
    assert visible(chromium, "#findings h3, #findings summary") == sections


@needs_browser
def test_filter(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["12"])
    assert len(visible(chromium, ".matrix tbody tr")) == 12
    search(chromium, "CATALOGUE")
    assert visible(chromium, ".matrix tbody th") == ["catalogue-iad.example.com", "catalogue-fra.example.com"]
    assert len(visible(chromium, "details[data-c]")) == 2
    assert set(visible(chromium, "#findings tbody th")) == {"catalogue-fra.example.com", "catalogue-iad.example.com"}
    assert chromium.evaluate("count.textContent") == "2 of 12 clusters; all numbers are of these"
    chromium.evaluate("verdict.value = 'unreachable'; verdict.dispatchEvent(new Event('change'))")
    assert visible(chromium, ".matrix tbody th") == ["catalogue-iad.example.com"]
    chromium.evaluate("verdict.value = ''; verdict.dispatchEvent(new Event('change'))")
    # What was found of a cluster counts, too.
    search(chromium, "valid for 730 days")
    assert visible(chromium, ".matrix tbody th") == ["payments-fra.example.com"]
    # Commands do not.
    search(chromium, "ansible-playbook")
    assert visible(chromium, "[data-c]") == []
    search(chromium, "")
    assert len(visible(chromium, ".matrix tbody tr")) == 12


@needs_browser
@pytest.mark.parametrize("name", ["12", "200"])
def test_the_most_urgent_cluster_is_first(chromium: Browser, pages: dict[str, Path], name: str) -> None:
    chromium.open(pages[name])
    verdicts = [
        ("unreachable", "failed", "warning", "ok").index(text)
        for text in chromium.evaluate(
            "[...document.querySelectorAll('.matrix tbody td:nth-child(2) .badge')].map((one) => one.textContent)"
        )
    ]
    days = [int(text or 10**6) for text in visible(chromium, ".matrix tbody td:nth-child(3)")]
    assert len(verdicts) == len(days) == int(name)
    assert list(zip(verdicts, days)) == sorted(zip(verdicts, days))


@needs_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_every_column_of_a_wide_matrix_is_reached_with_the_keyboard(
    chromium: Browser, tmp_path: Path, width: int
) -> None:
    clusters = fleets.fleet(40)
    names = (*fleets.NAMES, "ldap_client", "mtls_trusted_ca", "sso_issuer", "sso_service", "made_up")
    for data in clusters:
        data["certificates"] = [fleets.facts(data["name"], name) for name in names]
        data["databases"] = [fleets.database(data["name"], "orders")]
    path = tmp_path / "wide.html"
    path.write_text(page.render(reports.report(clusters)), encoding="utf-8")
    chromium.look(width=width)
    chromium.open(path)
    chromium.evaluate("region = document.querySelector('.tall'); region.scrollIntoView(); region.focus()")

    def place(selector: str, side: str) -> float:
        """Where a cell is, from the left upper corner of what scrolls."""
        of = "top" if side == "top" else "left"
        found: float = chromium.evaluate(
            f"document.querySelector('.matrix {selector}').getBoundingClientRect().{side}"
            f" - region.getBoundingClientRect().{of}"
        )
        return found

    last, head, name = "tbody tr:last-child td:last-child", "thead th", "tbody tr:last-child th"
    shown = chromium.evaluate("region.clientWidth")
    before = place(head, "left"), place(head, "top"), place(name, "left")
    assert place(last, "right") > shown
    for _number in range(60):
        chromium.press("ArrowRight")
        chromium.press("ArrowDown")
    chromium.evaluate("new Promise((done) => setTimeout(done, 600))")  # it glides
    assert chromium.evaluate("region.scrollTop") > 0
    assert place(last, "right") <= shown + 1
    # The names and the heads are still there.
    assert (place(head, "left"), place(head, "top"), place(name, "left")) == before


@needs_browser
def test_a_phone_shows_all_of_the_lists(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.look(width=390, height=844)
    chromium.open(pages["12"])
    for number, column in enumerate(("expires", "left", "cluster", "certificate"), start=1):
        cells = f"[...document.querySelectorAll('#coming tr > :nth-child({number})')]"
        seen = "one.textContent && one.getBoundingClientRect().left >= 0 && one.getBoundingClientRect().right <= 390"
        assert chromium.evaluate(f"{cells}.length") == 12, column
        assert chromium.evaluate(f"{cells}.every((one) => {seen})"), column
    outside = "[...document.querySelectorAll('.found tbody :is(th, td)')].filter((one) => one.checkVisibility())"
    assert chromium.evaluate(f"{outside}.every((one) => one.getBoundingClientRect().right <= 390)")


@needs_browser
def test_commands_are_copied_and_can_be_selected(chromium: Browser, pages: dict[str, Path]) -> None:
    wanted = (
        "ansible-playbook redis_enterprise.certificates.rotate --limit catalogue-fra.example.com -e rotation_only=proxy"
    )
    command = "document.querySelector('.command')"
    chromium.open(pages["12"])
    assert len(visible(chromium, "button.copy")) == len(visible(chromium, ".command"))
    chromium.evaluate(f"{command}.nextElementSibling.click()")
    assert chromium.copied() == wanted
    assert chromium.evaluate(f"{command}.nextElementSibling.textContent") == "Copied"
    # Where a page may not use the clipboard, such as by http, it is copied as what is selected.
    chromium.evaluate("navigator.clipboard.writeText('')")
    chromium.evaluate("navigator.clipboard.writeText = undefined")
    chromium.evaluate(f"{command}.nextElementSibling.click()")
    assert chromium.copied() == wanted
    # Without a script nothing can be clicked that would do nothing, and a click selects the whole command.
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    chromium.open(pages["12"])
    assert visible(chromium, "button") == []
    assert wanted in visible(chromium, ".command")
    assert chromium.evaluate(f"getComputedStyle({command}).userSelect") == "all"


@needs_browser
def test_what_was_not_seen_does_not_look_passed(chromium: Browser, tmp_path: Path) -> None:
    name = "partly.example.com"
    ports = [
        fleets.endpoint(name, "cm", node, 8443, **({} if node == 1 else {"status": "unreachable", "matches": None}))
        for node in (1, 2, 3, 4)
    ]
    data = fleets.cluster(name, endpoints=ports, alerts=None, not_visible=["alerts"])
    path = tmp_path / "partly.html"
    path.write_text(page.render(reports.report([data])), encoding="utf-8")
    chromium.open(path)
    unseen = totals(chromium)["unseen"]
    assert int(unseen) >= 3
    assert visible(chromium, ".matrix tbody .part") == [f"{unseen} not visible"]
    chromium.evaluate("c0.open = true")
    lines = visible(chromium, "#c0 dd")
    assert any(line.startswith("served of cm: ") for line in lines)
    assert any(line.startswith("expiry_alert: ") for line in lines)
    proofs = chromium.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#c0 tbody tr')].map((one) =>"
        " [one.cells[0].textContent, [one.lastElementChild.className, one.lastElementChild.textContent.trim()]]))"
    )
    assert proofs["cm"] == ["partial", "proven 1/4 (3 unreachable)"]
    assert proofs["syncer"] == ["complete", "proven 3/3"]
    assert proofs["proxy"] == ["reported", "reported by the API"]


@needs_browser
def test_an_unread_cluster_shows_what_its_api_presents(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["unread"])
    assert visible(chromium, ".matrix tbody th")[0] == "lost.example.com"
    assert visible(chromium, "#coming tr")[0].startswith(FLEETS["unread"][0]["api_endpoint"]["not_after"][:10])
    assert totals(chromium)["expired"].startswith("1 ")
    chromium.evaluate("c0.open = true")
    assert f"SHA-256 {FLEETS['unread'][0]['api_endpoint']['fingerprint']}" in visible(chromium, "#c0 dd")
    # No user has to rotate what another server may present.
    commands = " ".join(visible(chromium, ".command"))
    assert "served_certificate_info" in commands
    assert "rotate" not in commands


@needs_browser
def test_serial_numbers_are_shown_as_they_are(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["1"])
    chromium.evaluate("c0.open = true")
    shown = chromium.evaluate("document.querySelector('#c0 tbody').innerText")
    assert all(facts["serial_number"] in shown for facts in FLEETS["1"][0]["certificates"])


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
