# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Settings of the cluster, as GET /v1/cluster and its neighbours show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .check import UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions
from .shapes import ARRAY, BOOLEAN, NUMBER, OBJECT, TEXT, Shape, at, deviations, dicts, kind, kind_of
from .vocabulary import Fact

_REFERENCE = "vendor, REST API, cluster object"
_CLUSTER = "/v1/cluster"
_CERTIFICATE_ALERTS = ("cluster_certs_about_to_expire", "node_internal_certs_about_to_expire")
_TLS_VERSIONS = ("min_control_TLS_version", "min_data_TLS_version", "min_sentinel_TLS_version")


def _fields(asked: Questions, shape: Shape) -> Verdict:
    """Judge fields of the cluster; the check of the name says whether there is an object at all."""
    facts = deviations([asked.read(_CLUSTER).object], shape)
    return verdict(not facts, Fact("fields", len(shape)), *facts)


@check("GET /v1/cluster is an object, whose name is the FQDN of the cluster", _REFERENCE)
def cluster_has_name(asked: Questions) -> Verdict:
    """Look at the name."""
    answer = asked.read(_CLUSTER)
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    name = answer.value.get("name")
    return verdict(isinstance(name, str) and "." in name.strip("."), Fact("name", kind_of("name", answer.value)))


@check("GET /v1/cluster has the ports of the API and the Cluster Manager as numbers", _REFERENCE)
def cluster_has_ports(asked: Questions) -> Verdict:
    """Look at the two fields."""
    return _fields(asked, {"cnm_https_port": NUMBER, "cm_port": NUMBER})


@check("GET /v1/cluster says whether handle_redirects is on", _REFERENCE)
def cluster_has_handle_redirects(asked: Questions) -> Verdict:
    """Look at the field."""
    return _fields(asked, {"handle_redirects": BOOLEAN})


@check(
    "The alerts of certificates that expire have enabled, and threshold as text",
    "vendor, REST API, cluster alert settings",
)
def alerts_have_thresholds(asked: Questions) -> Verdict:
    """Look at both alerts."""
    settings = asked.read(_CLUSTER).object.get("alert_settings")
    if not isinstance(settings, dict):
        return verdict(False, Fact("alert_settings", kind(settings)))
    missing = [Fact(alert, kind_of(alert, settings)) for alert in _CERTIFICATE_ALERTS if not at(settings, alert)]
    alerts = dicts([settings.get(alert) for alert in _CERTIFICATE_ALERTS])
    facts = [*missing, *deviations(alerts, {"enabled": BOOLEAN, "threshold": TEXT})]
    return verdict(not facts, Fact("entries", len(alerts)), *facts)


@check("GET /v1/cluster has the configured cipher suites", _REFERENCE)
def cluster_has_cipher_suites(asked: Questions) -> Verdict:
    """Look at their types: the vendor shows texts, and for TLS 1.3 a list."""
    return _fields(
        asked,
        {
            "control_cipher_suites": TEXT,
            "data_cipher_list": TEXT,
            "data_cipher_suites_tls_1_3": (*ARRAY, *TEXT),
        },
    )


@check("The lowest versions of TLS are 1.2 or 1.3", _REFERENCE)
def tls_versions(asked: Questions) -> Verdict:
    """Look at all three."""
    settings = asked.read(_CLUSTER).object
    wrong = [
        Fact(field, kind_of(field, settings)) for field in _TLS_VERSIONS if settings.get(field) not in ("1.2", "1.3")
    ]
    return verdict(not wrong, Fact("fields", len(_TLS_VERSIONS)), *wrong)


@check("GET /v1/cluster says whether clients may log in by certificate", _REFERENCE, since="7.8.4")
def cluster_has_certificate_login(asked: Questions) -> Verdict:
    """Look at the field."""
    return _fields(asked, {"mtls_certificate_authentication": BOOLEAN})


@check("GET /v1/cluster says whether metrics demand a login", _REFERENCE, since="8.0.2")
def cluster_has_metrics_auth(asked: Questions) -> Verdict:
    """Look at the field."""
    return _fields(asked, {"metrics_auth": BOOLEAN})


@check("GET /v1/cluster says whether the credentials of databases are masked", _REFERENCE, since="8.0.20")
def cluster_has_masked_credentials(asked: Questions) -> Verdict:
    """Look at the field."""
    return _fields(asked, {"mask_bdb_credentials": BOOLEAN})


@check("GET /v1/cluster says whether Basic authentication is on", _REFERENCE, since="8.2.0")
def cluster_has_basic_authentication(asked: Questions) -> Verdict:
    """Look at the field."""
    return _fields(asked, {"control_plane_basic_authentication": BOOLEAN})


def _within(value: Any, lowest: int, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


@check(
    "The job that rotates internal certificates has a cron expression, and 1 to 90 days",
    "vendor, REST API, job scheduler",
)
def rotation_job(asked: Questions) -> Verdict:
    """Look at its settings."""
    answer = asked.read("/v1/job_scheduler")
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    job = answer.value.get("cert_rotation_job_settings")
    if not isinstance(job, dict):
        return verdict(False, Fact("type", kind(job)))
    facts = deviations([job], {"cron_expression": TEXT, "expiry_days_before_rotation": NUMBER})
    fits = _within(job.get("expiry_days_before_rotation"), 1, 90)
    return verdict(fits and not facts, Fact("expiry_days_before_rotation", fits), *facts)


@check(
    "The job that rotates internal certificates can be off from 7.8 on", "vendor, REST API, job scheduler", since="7.8"
)
def rotation_job_enabled(asked: Questions) -> Verdict:
    """Look at the field; 7.4 does not have it."""
    job = asked.read("/v1/job_scheduler").object.get("cert_rotation_job_settings")
    if not isinstance(job, dict):
        raise NotChecked(UNCLEAR)
    return verdict(isinstance(job.get("enabled"), bool), Fact("enabled", kind_of("enabled", job)))


#: By field: the lowest and the highest number.
_OCSP_RANGES = {
    "query_frequency": (60, 86400),
    "response_timeout": (1, 60),
    "recovery_frequency": (60, 86400),
    "recovery_max_tries": (1, 100),
}


@check("GET /v1/ocsp has the settings of OCSP stapling, within their ranges", "vendor, REST API, OCSP settings")
def ocsp_settings(asked: Questions) -> Verdict:
    """Look at all of them."""
    answer = asked.read("/v1/ocsp")
    problem = answer.unlike("object", optional=True)
    if problem is not None:
        return problem
    facts = deviations([answer.value], {"ocsp_functionality": BOOLEAN, **dict.fromkeys(_OCSP_RANGES, NUMBER)})
    wrong: Sequence[str] = [
        field
        for field, (lowest, highest) in _OCSP_RANGES.items()
        if not _within(answer.value.get(field), lowest, highest)
    ]
    return verdict(not facts and not wrong, Fact("values", *wrong), *facts)


@check("GET /v1/cluster/ldap has ca_cert as text", "vendor, REST API, LDAP settings")
def ldap_settings(asked: Questions) -> Verdict:
    """Look at the field, which is not there, or empty, where LDAP is not set up."""
    answer = asked.read("/v1/cluster/ldap")
    problem = answer.unlike("object", optional=True)
    if problem is not None:
        return problem
    found = kind_of("ca_cert", answer.value)
    return verdict(found in ("string", "null", "missing"), Fact("ca_cert", found))


@check("GET /v1/cluster/alerts has the state of each alert", "vendor, REST API, cluster alerts")
def alert_states(asked: Questions) -> Verdict:
    """Look at all alerts."""
    answer = asked.read("/v1/cluster/alerts?ignore_settings=true")
    problem = answer.unlike("object", optional=True)
    if problem is not None:
        return problem
    alerts = list(answer.value.values())
    facts = deviations(dicts(alerts), {"enabled": BOOLEAN, "state": BOOLEAN, "severity": TEXT})
    kinds = dict.fromkeys(map(kind, alerts))
    return verdict(set(kinds) <= set(OBJECT) and not facts, Fact("entries", len(alerts), *kinds), *facts)


CHECKS = (
    cluster_has_name,
    cluster_has_ports,
    cluster_has_handle_redirects,
    alerts_have_thresholds,
    cluster_has_cipher_suites,
    tls_versions,
    cluster_has_certificate_login,
    cluster_has_metrics_auth,
    cluster_has_masked_credentials,
    cluster_has_basic_authentication,
    rotation_job,
    rotation_job_enabled,
    ocsp_settings,
    ldap_settings,
    alert_states,
)
