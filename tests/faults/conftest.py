# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material that all cells share, and the table at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from simulator import Authority

from . import table
from .module import PYTHONS, Module
from .setting import Materials

WRITE = "--write-table"
SAMPLE = "--sample"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(WRITE, action="store_true", help="write the table of the fault matrix to docs/faults.md")
    parser.addoption(SAMPLE, type=int, help="run so many cells only, spread over the matrix")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sample = config.getoption(SAMPLE)
    if sample:
        items[:] = items[:: max(1, len(items) // sample)][:sample]


@pytest.fixture(scope="session")
def materials() -> Materials:
    authority = Authority(common_name="Fault matrix CA")
    return Materials(
        chain=authority.issue(key="ec", intermediates=1),
        # Each ends at a time of its own, or metrics could not tell them apart.
        internode=authority.issue(days=150),
        third=authority.issue(days=120),
    )


@pytest.fixture(scope="session")
def modules() -> Iterator[Sequence[Module]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Module(python)) for python in PYTHONS]


@pytest.fixture(scope="session")
def documented() -> dict[table.Place, str]:
    return table.documented()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seen: dict[table.Place, table.Seen] = {}
    for category in ("passed", "failed"):
        for report in terminalreporter.getreports(category):
            for name, value in report.user_properties:
                if name == "cell":
                    place, (outcome, writes, requests, seconds) = value
                    seen[table.Place(*place)] = table.Seen(
                        outcome, writes, requests, seconds, wrong=category == "failed"
                    )
    if not seen:
        return
    terminalreporter.section("fault matrix: outcome, writes/requests, seconds")
    terminalreporter.write_line(table.as_text(seen))
    if config.getoption(WRITE):
        if set(table.places()) - set(seen):
            terminalreporter.write_line("Not written to docs/faults.md: not all cells were run")
        else:
            table.write(seen)
            terminalreporter.write_line("Written to docs/faults.md")
