# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All certificates of one cluster that a report is about: those of the cluster, and those of its databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import SERVER


def of(cluster: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the facts of each, under the C(name) by which findings, exceptions and formats call it."""
    return [*cluster["certificates"], *({**one, "name": one["certificate"]} for one in cluster["databases"])]


def belongs_to_database(facts: Mapping[str, Any]) -> bool:
    """Check whether a certificate is not one of the cluster, so that no rotation replaces it."""
    return "kind" in facts


def lets_clients_in(facts: Mapping[str, Any]) -> bool:
    """Check whether a database checks clients against it, rather than present it."""
    return belongs_to_database(facts) and facts["kind"] != SERVER
