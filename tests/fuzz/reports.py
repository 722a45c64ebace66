# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet data in a file, as any slice of an audit may have left it, and the reports in every format that come of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import fleets
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, inputs, policy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import FORMATS, text_table

from .corpus import Corpus
from .engine import Target
from .mutation import json_bytes, mutate_json

_NOW = datetime(2026, 12, 1, tzinfo=timezone.utc)
_EXCEPTION = {"cluster": "*", "certificate": "*", "check": "expiry", "until": "2027-01-31", "reason": "known"}
_POLICY = policy.Policy.parse(
    {
        "warn_within": 30,
        "fail_within": 14,
        "minimum_rsa_bits": 2048,
        "allowed_issuers": ["Example"],
        "maximum_lifetime": 398,
        "exceptions": [_EXCEPTION],
    }
)
#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Tags(HTMLParser):
    """Notes what acts in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "img", "link", "base", "form"):
            self.acting.append(tag)
        self.acting += [
            name for name, value in attrs if name.startswith("on") or (value or "").startswith("javascript:")
        ]


def targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    file = folder / "audit.json"
    unread = {**fleets.unreachable("unread.example.com"), "api_endpoint": fleets.presented("unread.example.com", -2)}
    clusters = [*corpus.fleet, fleets.hostile(), unread]
    usual = _acting(_rendered(corpus.fleet[:1])["html"])

    def run(given: bytes) -> Any:
        file.write_bytes(given)
        rendered = _rendered(inputs.gather([], [str(file)]).clusters)
        _check(rendered, usual)
        return rendered

    def make(chance: Random) -> bytes:
        chosen = chance.sample(clusters, chance.choice((1, 1, 2)))
        judged_by = mutate_json(chance, _POLICY.as_dict()) if chance.random() < 0.2 else _POLICY.as_dict()
        report = {
            "schema": assessment.SCHEMA,
            "policy": judged_by,
            "clusters": [mutate_json(chance, one) for one in chosen],
        }
        return json_bytes(chance, report)

    return [Target("report", make, run, (CertificateError,), weight=3)]


def _rendered(clusters: Any) -> dict[str, str]:
    report = assessment.report(clusters, _POLICY, _NOW)
    rendered = {name: render(report) for name, (_file, render) in FORMATS.items()}
    # Its line ends are those of RFC 4180.
    rendered["csv"] = rendered["csv"].replace("\r\n", "\n")
    return {**rendered, "table": "\n".join(text_table.lines(report))}


def _check(rendered: dict[str, str], usual: list[str]) -> None:
    """Let those read the files whom they are for."""
    json.loads(rendered["json"], parse_constant=_refuse)
    ElementTree.fromstring(rendered["junit"])
    for row in csv.reader(io.StringIO(rendered["csv"])):
        for cell in row:
            assert not cell.startswith(_FORMULA) or _is_number(cell), "a cell of the CSV is a formula"
    assert _acting(rendered["html"]) == usual, "something in the page acts"
    for line in rendered["prometheus"].splitlines():
        assert line.startswith("#") or _is_number(line.rpartition(" ")[2]), "a sample without a value"


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _acting(page: str) -> list[str]:
    parser = _Tags()
    parser.feed(page)
    return sorted(set(parser.acting))
