# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet data that somebody has bent: an error that names it, or the whole report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import FORMATS, text_table
from hypothesis import given, settings
from hypothesis import strategies as st

from . import reports

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    float("nan"),
    "",
    "\x1b[31m\nok: [payments] FORGED\ud800",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    [],
    [None],
    [3],
    {},
    {"a": {}},
]


def fleet() -> list[dict[str, Any]]:
    name = "one.example.com"
    pin = {"database": "orders", "uid": 1, "source": "two.example.com", "port": 1, "fingerprint": None}
    pin |= {"not_after": None, "days_remaining": None, "state": "unknown"}
    data = fleets.cluster(name, databases=[fleets.database(name, "orders")])
    data["replication"] = {"active_active": [], "replica_of": [pin]}
    data["drift"] = [{"name": "proxy", "action": "update", "reason": "leaf_differs"}]
    data["certificates"][0]["findings"] = [fleets.finding("weak_signature", "warning", "api", "found", "remedy")]
    return [data, fleets.cluster("two.example.com")]


def ways(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from ((key, *rest) for rest in ways(one))


WAYS = [way for way in ways(fleet()) if way]


@settings(max_examples=200)
@given(way=st.sampled_from(WAYS), new=st.sampled_from(VALUES), leave_out=st.booleans())
def test_any_field_may_be_bent(way: tuple[Any, ...], new: Any, leave_out: bool) -> None:
    clusters = fleet()
    holder: Any = clusters
    for key in way[:-1]:
        holder = holder[key]
    if leave_out:
        del holder[way[-1]]
    else:
        holder[way[-1]] = new
    refused: CertificateError | None = None
    try:
        made = reports.report(clusters)
    except CertificateError as error:
        refused = error
    if refused is not None:
        assert refused.failure == {"kind": "invalid_option", "option": "clusters"}
        assert "option clusters" in refused.message
        assert refused.message.isprintable()
        return
    for _file, render in FORMATS.values():
        render(made).encode()
    assert all(line.isprintable() for line in text_table.lines(made))


def test_deep_data_is_no_crash() -> None:
    deep: Any = []
    for _level in range(5000):
        deep = [deep]
    with pytest.raises(CertificateError, match="nested too deeply"):
        reports.report([{**fleets.cluster("one.example.com"), "hazards": deep}])
