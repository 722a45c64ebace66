# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a large fleet's audit in a browser: how large it is, and how soon it can be read and filtered."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import browser
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, inputs, page
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.policy import Policy
from fleets import NOW, mixed

from .ways import Spread

_POLICY = {
    "warn_within": 30,
    "fail_within": 14,
    "minimum_rsa_bits": 2048,
    "allowed_issuers": [],
    "maximum_lifetime": None,
    "exceptions": [],
}
#: Each works on the page, and has the browser place everything again.
_STEPS = {
    "filter": "search.value = 'fra'; search.dispatchEvent(new Event('input'))",
    "sort": "document.querySelector('.matrix thead button').click()",
}


class PageCost(NamedTuple):
    """One page, with seconds."""

    clusters: int
    certificates: int
    size: int  # bytes
    ready: Spread  # from the start of loading until everything is there and the script has run
    filter: Spread
    sort: Spread


def measure(folder: Path, clusters: int, rounds: int) -> PageCost | None:
    """Open, filter and sort the page of a fleet of all kinds; None where there is no browser."""
    if browser.PROGRAM is None:
        return None
    report = assessment.report(inputs.gather(mixed(clusters), []).clusters, Policy.parse(_POLICY), NOW)
    path = folder / "audit.html"
    path.write_text(page.render(report), encoding="utf-8")
    times: dict[str, list[float]] = {"ready": [], **{step: [] for step in _STEPS}}
    with browser.Browser(folder) as chromium:
        chromium.look()
        for _round in range(rounds + 1):
            chromium.open(path)
            ready = "performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
            times["ready"].append(chromium.evaluate(ready))
            for step, script in _STEPS.items():
                timed = f"(() => {{ const start = performance.now(); {script}; document.body.offsetHeight;"
                times[step].append(chromium.evaluate(f"{timed} return (performance.now() - start) / 1000 }})()"))
            assert 0 < chromium.evaluate("document.querySelectorAll('.matrix tr[data-gone]').length") < clusters
        assert chromium.complaints == []
    spreads = {step: Spread.of(found[1:]) for step, found in times.items()}
    return PageCost(clusters, report["summary"]["certificates"]["total"], path.stat().st_size, **spreads)
