# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trial of a pair before it is sent, and the check of its key."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.private_key import load_private_key
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.trial import refusals
from simulator import Authority

from .ways import Spread

KEYS = {"RSA-2048": "rsa", "RSA-4096": "rsa4096", "EC (P-256)": "ec"}
_FQDN = "cluster.example.com"


class Cost(NamedTuple):
    """Seconds for one pair."""

    trial: Spread  # as server and as client
    check: Spread


def measure(_folder: Path, rounds: int) -> Mapping[str, Cost]:
    """Try and check a pair of each type of key in turn."""
    authority = Authority("Benchmark CA")
    found = {}
    for title, kind in KEYS.items():
        issued = authority.issue(_FQDN, key=kind, intermediates=1)
        key = Secret(str(issued.key_pem))

        def accepted(certificate: str = issued.certificate_pem, key: Secret = key) -> None:
            purposes = ("serverAuth", "clientAuth")
            assert not refusals(certificate, key, anchor_pem=authority.ca_pem, host=_FQDN, purposes=purposes)

        def checked(key: Secret = key) -> None:
            load_private_key(key, None, check=True)

        times: list[tuple[float, float]] = [(_seconds(accepted), _seconds(checked)) for _round in range(rounds + 1)]
        trials, checks = zip(*times[1:])
        found[title] = Cost(Spread.of(trials), Spread.of(checks))
    return found


def _seconds(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
