# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How a cluster itself watches and renews its certificates (vendor: alert_settings, job_scheduler objects)."""

from __future__ import annotations

from typing import Any

from . import fields

ALERTS = ("cluster_certs_about_to_expire", "node_internal_certs_about_to_expire")


def parse_alerts(settings: Any) -> dict[str, Any] | None:
    """Return the alerts about certificates; None where they are not there.

    Args:
        settings: of the cluster, as C(GET /v1/cluster) gives them.
    """
    alerts = fields.mapping(settings, "alert_settings")
    if alerts is None:
        return None
    found = {name: fields.mapping(alerts, name) for name in ALERTS}
    return {
        name: alert
        and {"enabled": fields.flag(alert, "enabled") is True, "threshold": fields.number(alert, "threshold")}
        for name, alert in found.items()
    }


def parse_internal_rotation(scheduler: Any) -> dict[str, Any] | None:
    """Return how the cluster renews its internal certificates; None where that is not there.

    Args:
        scheduler: as C(GET /v1/job_scheduler) gives it.
    """
    settings = fields.mapping(scheduler, "cert_rotation_job_settings")
    if settings is None:
        return None
    return {
        "rotation_enabled": fields.flag(settings, "enabled"),
        "expiry_days_before_rotation": fields.number(settings, "expiry_days_before_rotation"),
        "cron_expression": fields.text(settings, "cron_expression"),
    }
