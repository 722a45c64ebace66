# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the inventory for the simulated clusters: one host for each, with variables as a user would set them."""

from __future__ import annotations

import json
import sys
from typing import Any

#: The internode certificates are the cluster's own business, unless you list them.
NAMES = ["api", "cm", "metrics_exporter", "proxy", "syncer"]

OWNCA = {
    "ca_certificate_path": "ca/ca.crt",
    "ca_private_key_path": "ca/ca.key",
    "days": 200,
    # These clusters are reached by their addresses. Where names are used, leave it out.
    "extra_names": "{{ node_addresses | map('regex_replace', '^', 'IP:') }}",
}


def host(cluster: dict[str, Any], url: str) -> dict[str, Any]:
    """Return the variables of one cluster."""
    return {
        "redis_enterprise_url": url,
        "redis_enterprise_username": cluster["username"],
        # Users keep it in a vault, or let AWX inject it.
        "redis_enterprise_password": cluster["password"],
        "redis_enterprise_ca_path": cluster["ca_path"],
        "redis_enterprise_metrics_port": cluster["metrics_port"],
        "node_addresses": cluster["addresses"],
    }


with open(sys.argv[1], encoding="utf-8") as file:
    ready = json.load(file)
east, west = ready, ready["peer"]
# The URL may lead to any node: a follower redirects to the primary.
follower = f"https://{west['addresses'][1]}:{west['api_port']}"
group = {
    "hosts": {"east": host(east, east["url"]), "west": host(west, follower)},
    "vars": {"rotation_certificates": [{"name": name, "source": {"ownca": OWNCA}} for name in NAMES]},
}
json.dump({"redis_enterprise": group}, sys.stdout, indent=2)  # JSON is YAML
