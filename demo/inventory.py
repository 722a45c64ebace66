# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the inventory for a simulated cluster: one host, with variables as a user would set them."""

from __future__ import annotations

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    cluster = json.load(file)
host = {
    "redis_enterprise_url": cluster["url"],
    "redis_enterprise_username": cluster["username"],
    # Users keep it in a vault, or let AWX inject it.
    "redis_enterprise_password": cluster["password"],
    "redis_enterprise_ca_path": cluster["ca_path"],
    "redis_enterprise_metrics_port": cluster["metrics_port"],
    "rotation_certificates": [
        {"name": name, "source": {"files": {"directory": "material"}}}
        for name in ("api", "cm", "metrics_exporter", "proxy", "syncer")
    ],
    "node_addresses": cluster["addresses"],
}
json.dump({"redis_enterprise": {"hosts": {"demo": host}}}, sys.stdout, indent=2)  # JSON is YAML
