# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fact that is turned round is found, and no other one is blamed for it."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.catalogue import CHECKS

from .clusters import CONFIRMED, Checked, checked, cluster, differing
from .mutations import MUTATIONS

WRITING = {one.id for one in CHECKS if one.writes}


def test_every_check_has_one() -> None:
    assert list(MUTATIONS) == [one.id for one in CHECKS]


@functools.cache
def unchanged(options: tuple[tuple[str, Any], ...]) -> Checked:
    """What all checks say of a cluster of which nothing is turned round."""
    with cluster(**dict(options)) as made:
        return checked(made, **CONFIRMED)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_fact_that_is_turned_round_is_found(name: str, patch: pytest.MonkeyPatch) -> None:
    mutation = MUTATIONS[name]
    before = unchanged(tuple(mutation.options.items()))[name]
    assert before["outcome"] == "holds"
    with cluster(**mutation.options) as made:
        mutation.change(made, patch)
        found = checked(made, **(CONFIRMED if name in WRITING else {}))
    assert differing(found) == {name} | mutation.depend
    assert found[name]["seen"]
    assert found[name]["seen"] != before["seen"]
