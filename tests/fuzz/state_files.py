# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the event source, and events of what it reads."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import inputs
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.conditions import Conditions, Key
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.settings import Settings
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.state_file import ReportedConditions

from .corpus import Corpus
from .engine import Target
from .mutation import json_bytes, mutate_json

_NOW = datetime(2026, 12, 1, tzinfo=timezone.utc)
_CLUSTERS = ("payments", "sessions")


def targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    path = folder / "state.json"
    member = {"name": "payments", "url": "https://127.0.0.1:9443", "username": "a", "password": corpus.passwords[0]}
    settings = Settings.parse({"clusters": [member], "state_path": str(path), "minimum_severity": "info"})
    holding = [Conditions.of(one, settings, _NOW) for one in inputs.gather(corpus.fleet, []).clusters]
    path.unlink(missing_ok=True)
    reported = ReportedConditions(str(path), _CLUSTERS)
    for name, conditions in zip(_CLUSTERS, (one for one in holding if one.holding)):
        reported.update(name, conditions)
    reported.save()
    valid = json.loads(path.read_text())

    def read(given: bytes) -> Any:
        path.write_bytes(given)
        reported = ReportedConditions(str(path), _CLUSTERS)
        events = []
        for name in _CLUSTERS:
            reported.was(name, Key("unreachable", None, "reachable", None))
            for conditions in holding[:4]:
                events += [one.event for one in reported.news(name, conditions)]
                reported.update(name, conditions)
        reported.save()
        ReportedConditions(str(path), _CLUSTERS)  # reads what it wrote
        return events

    def watch(given: bytes) -> Any:
        clusters = json.loads(given)
        read = inputs.gather(clusters, []).clusters
        # The source reads clusters itself, and its errors have a kind.
        read = [one for one in read if one["error"] is None or "kind" in one["error"]["failure"]]
        return [[one.event for one in Conditions.of(cluster, settings, _NOW).holding] for cluster in read]

    def make(chance: Random) -> bytes:
        return json_bytes(chance, mutate_json(chance, valid))

    def fleet(chance: Random) -> bytes:
        return json.dumps([mutate_json(chance, chance.choice(corpus.fleet))]).encode()

    return [
        Target("state file", make, read, (CertificateError,), weight=2),
        Target("events", fleet, watch, (CertificateError,), weight=2),
    ]
