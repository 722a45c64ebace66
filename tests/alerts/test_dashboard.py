# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboard, held against the types that Grafana publishes; its queries are run in test_prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from .shipped import dashboard


@pytest.fixture(scope="module", autouse=True)
def panels() -> None:
    """Lets the types of each kind of panel be used."""
    plugins.register_default_plugins()


def lost(given: Any, kept: Any, where: str = "dashboard") -> Iterator[str]:
    """What Grafana's types do not keep of a value, but for the defaults that they add."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            if key in kept:
                yield from lost(value, kept[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, pair in enumerate(zip(given, kept, strict=True)):
            yield from lost(*pair, f"{where}[{number}]")
    elif given != kept:
        yield where


def unknown(content: dict[str, Any]) -> list[str]:
    return list(lost(content, json.loads(JSONEncoder().encode(Dashboard.from_json(content)))))


def test_all_of_it_is_known_to_grafana() -> None:
    assert unknown(dashboard()) == []


def test_what_is_not_known_to_grafana_shows() -> None:
    content = dashboard()
    content["tittle"] = "a typo"
    content["panels"][0]["gridPos"]["width"] = 4
    content["panels"][0]["options"]["colourMode"] = "background"
    content["panels"][0]["targets"][0]["expression"] = "up"
    place = "dashboard.panels[0]"
    assert unknown(content) == [
        f"{place}.gridPos.width",
        f"{place}.targets[0].expression",
        f"{place}.options.colourMode",
        "dashboard.tittle",
    ]


def test_panels_have_places_and_a_data_source_that_is_chosen() -> None:
    content = dashboard()
    assert len({panel["id"] for panel in content["panels"]}) == len(content["panels"])
    cells = [
        (x, y)
        for panel in content["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _y in cells) < 24
    variables = {one["name"]: one for one in content["templating"]["list"]}
    assert variables["datasource"]["query"] == "prometheus"
    for panel in content["panels"]:
        assert panel["description"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
