# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How a cluster itself watches and renews its certificates (vendor: alert_settings, job_scheduler objects)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from . import fields

ALERTS = ("cluster_certs_about_to_expire", "node_internal_certs_about_to_expire")


class Alert(TypedDict):
    """One alert of a cluster."""

    enabled: bool
    threshold: int | None  # days


class _Rotation(TypedDict):
    rotation_enabled: bool | None


class RotationSettings(_Rotation, total=False):
    """How a cluster renews its internal certificates."""

    expiry_days_before_rotation: int | None
    cron_expression: str | None


def parse_alerts(settings: Any) -> dict[str, Alert | None] | None:
    """Return the alerts about certificates; None where they are not there.

    Args:
        settings: of the cluster, as C(GET /v1/cluster) gives them.
    """
    alerts = fields.mapping(settings, "alert_settings")
    if alerts is None:
        return None
    return {name: _alert(fields.mapping(alerts, name)) for name in ALERTS}


def _alert(alert: Mapping[str, Any] | None) -> Alert | None:
    if alert is None:
        return None
    return {"enabled": fields.flag(alert, "enabled") is True, "threshold": fields.number(alert, "threshold")}


def parse_internal_rotation(scheduler: Any) -> RotationSettings | None:
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
