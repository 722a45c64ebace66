# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleet data of mixed health, the same at every call: what fleet_certificate_info would return. Of no type, as JSON."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

NOW = datetime(2026, 11, 25, 10, 0, 0, tzinfo=timezone.utc)

NAMES = (
    "api",
    "ccs_internode_encryption",
    "cm",
    "data_internode_encryption",
    "metrics_exporter",
    "proxy",
    "syncer",
)
ON_DISK = ("ccs_internode_encryption", "data_internode_encryption", "syncer")
_TEAMS = ("billing", "catalogue", "fraud", "identity", "ledger", "payments", "search", "sessions", "shipping", "stock")
_SITES = ("fra", "iad", "lhr", "nrt", "sin")
_CA = "CN=Example Issuing CA 3,O=Example Corp"


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()  # colons follow in facts


def colons(text: str) -> str:
    return ":".join(text[at : at + 2] for at in range(0, len(text), 2))


def finding(id: str, severity: str, certificate: str, found: str, remedy: str) -> dict[str, Any]:
    return {
        "id": id,
        "severity": severity,
        "certificate": certificate,
        "found": found,
        "remedy": remedy,
        "source": "vendor, requirements for CA-signed certificates",
    }


def end(days: int) -> str:
    """When something ends that has so many full days left, or ended so many ago."""
    return iso(NOW + timedelta(days=days, hours=1 if days >= 0 else -1))


def facts(cluster: str, name: str, days: int = 200, **other: Any) -> Any:
    """Facts of an installed certificate, as cluster_certificate_info returns them."""
    leaf = colons(fingerprint(cluster, name, days))
    known: dict[str, Any] = {
        "name": name,
        "required": name in NAMES,
        "subject": f"CN={cluster},O=Example Corp",
        "issuer": _CA,
        "serial_number": fingerprint(name, cluster)[:30].upper(),
        "subject_alternative_names": [f"DNS:{cluster}", f"DNS:*.{cluster}", f"DNS:internal.{cluster}"],
        "not_before": iso(NOW + timedelta(days=days - 365, hours=1)),
        "not_after": end(days),
        "days_remaining": days,
        "expired": days < 0,
        "fingerprint": leaf,
        "chain_fingerprints": [leaf, colons(fingerprint(_CA))],
        "chain_length": 2,
        "chain_days_remaining": days,
        "chain_not_after": end(other.get("chain_days_remaining", days)),
        "public_key_type": "RSA",
        "public_key_size": 2048,
        "signature_algorithm": "sha256WithRSAEncryption",
        "self_signed": False,
        "has_private_key": False,
        "findings": [],
    }
    return {**known, **other}


def database(cluster: str, name: str, uid: int = 1, days: int = 200, **other: Any) -> Any:
    """Facts of the certificate of a database, as fleet_certificate_info returns them."""
    endpoint_name = f"redis-{12000 + uid}.{cluster}"
    known = facts(cluster, name, days, **{"subject": f"CN={endpoint_name}", **other})
    for key in ("required", "has_private_key"):
        del known[key]
    about = {"uid": uid, "certificate": f"database {name}", "kind": "server", "endpoints": [f"{endpoint_name}:12000"]}
    return {**known, "subject_alternative_names": [f"DNS:{endpoint_name}"], **about, **other}


def unreadable(name: str) -> Any:
    known = dict.fromkeys(facts("", name))
    return {**known, "name": name, "required": True, "has_private_key": False, "findings": [], "error": "no PEM block"}


def endpoint(cluster: str, service: str, node: int, port: int, **other: Any) -> Any:
    """An entry as served_certificate_info returns it, without the facts that no report shows."""
    return {
        "address": f"10.{len(cluster)}.{sum(map(ord, cluster)) % 250}.{node}",
        "port": port,
        "node": node,
        "service": service,
        "database": None,
        "server_name": cluster,
        "status": "seen",
        "problem": None,
        "trusted": True,
        "verify_error": None,
        "verify_error_message": None,
        "matches": True,
        **other,
    }


def on_disk(name: str, node: int, status: str = "verified", **other: Any) -> Any:
    """An entry for a certificate that only metrics show."""
    ends = iso(NOW + timedelta(days=200, hours=1))
    return {"name": name, "node": node, "status": status, "not_after": ends, "problem": None, **other}


def cluster(name: str, **other: Any) -> Any:
    """A healthy cluster of three nodes."""
    ports = (("api", 9443), ("cm", 8443), ("metrics_exporter", 8070), ("proxy", 12000))
    known: dict[str, Any] = {
        "name": name,
        "url": f"https://{name}:9443",
        "read_at": iso(NOW),
        "seconds": 0.12,
        "error": None,
        "api_endpoint": None,
        "cluster": {
            "name": name,
            "version": "8.0.20-96",
            "primary": {"node": 1, "address": "192.0.2.1"},
            "nodes": [{"uid": uid, "status": "active", "version": "8.0.20-96"} for uid in (1, 2, 3)],
        },
        "certificates": [facts(name, certificate) for certificate in NAMES],
        "databases": [],
        "hazards": [],
        "endpoints": [endpoint(name, service, node, port) for service, port in ports for node in (1, 2, 3)],
        "on_disk": [on_disk(certificate, node) for certificate in ON_DISK for node in (1, 2, 3)],
        "internal": {"rotation_enabled": True, "expiry_days_before_rotation": 60, "cron_expression": "0 2 * * *"},
        "replication": {"active_active": [], "replica_of": []},
        "alerts": {
            "cluster_certs_about_to_expire": {"enabled": True, "threshold": 45},
            "node_internal_certs_about_to_expire": {"enabled": True, "threshold": 10},
        },
        "drift": None,
        "not_visible": [],
        "warnings": [],
    }
    return {**known, **other}


def unreachable(name: str) -> Any:
    """A cluster that gave no answer."""
    empty = dict.fromkeys(("endpoints", "on_disk", "internal", "replication", "alerts", "drift"))
    error = {
        "msg": f"https://{name}:9443 gave no answer within 30 s. Check the address and the network.",
        "failure": {"kind": "unreachable"},
    }
    lists: dict[str, Any] = {key: [] for key in ("certificates", "databases", "hazards", "not_visible", "warnings")}
    about = dict.fromkeys(("name", "version", "primary", "nodes"))
    return {**cluster(name), **empty, **lists, "cluster": about, "seconds": 30.0, "error": error}


def presented(name: str, days: int = 200, **other: Any) -> Any:
    """What the port of its API presents, of a cluster that could not be read."""
    known = facts(name, "api", days)
    own = ("name", "required", "has_private_key", "findings")
    return {
        **endpoint(name, "api", 1, 9443, trusted=None, matches=None, tls_version="TLSv1.3"),
        **{key: value for key, value in known.items() if key not in own},
        "chain": [],
        **other,
    }


def _replace(data: dict[str, Any], name: str, **other: Any) -> None:
    days = other.pop("days", 200)
    found = [facts(data["name"], name, days, **other) if one["name"] == name else one for one in data["certificates"]]
    data["certificates"] = found


def _expired(data: dict[str, Any]) -> None:
    _replace(data, "cm", days=-3)


def _soon(data: dict[str, Any]) -> None:
    _replace(data, "proxy", days=5)
    _replace(data, "api", days=21)


def _issuer_expiring(data: dict[str, Any]) -> None:
    _replace(data, "syncer", days=180, chain_days_remaining=9)


def _weak_key(data: dict[str, Any]) -> None:
    found = finding(
        "key_too_small", "error", "api", "the leaf has an RSA key of 1024 bits only", "Use at least 2048 bits"
    )
    _replace(data, "api", days=90, public_key_size=1024, findings=[found])


def _sha1(data: dict[str, Any]) -> None:
    found = finding(
        "weak_signature",
        "error",
        "proxy",
        "the signature of the leaf uses SHA1",
        "Have it signed with SHA-256 or SHA-512",
    )
    _replace(data, "proxy", days=300, signature_algorithm="sha1WithRSAEncryption", findings=[found])


def _long_lived(data: dict[str, Any]) -> None:
    found = finding(
        "validity_too_long", "warning", "cm", "the leaf is valid for 730 days", "Issue it for a year at the most"
    )
    _replace(data, "cm", days=600, not_before=iso(NOW - timedelta(days=130)), findings=[found])


def _drifted_port(data: dict[str, Any]) -> None:
    data["endpoints"] = [
        {**one, "matches": False} if one["service"] == "proxy" and one["node"] == 2 else one
        for one in data["endpoints"]
    ]
    hazard = {
        "id": "RS122668",
        "description": "new proxy workers can still serve the old certificate after an update",
        "remedy": "each proxy is asked by more fresh handshakes",
        "certificates": ["proxy"],
    }
    data.update(hazards=[hazard], cluster={**data["cluster"], "version": "7.8.2-34"})


def _stale_pin(data: dict[str, Any]) -> None:
    pin = {
        "database": "orders-copy",
        "uid": 4,
        "source": "redis-12000.ledger-prod.example.com",
        "port": 12000,
        "fingerprint": colons(fingerprint("old")),
        "not_after": iso(NOW + timedelta(days=40)),
        "days_remaining": 40,
        "state": "stale",
    }
    peers = {"guid": "4d2c", "name": "carts", "members": [data["name"], "carts.other.example.com"]}
    data["replication"] = {"active_active": [peers], "replica_of": [pin]}


def _viewer(data: dict[str, Any]) -> None:
    data.update(alerts=None, internal=None, replication=None, not_visible=["alerts", "databases", "job_scheduler"])
    data["cluster"] = {"name": None, "version": None, "primary": None, "nodes": None}
    data["warnings"] = ["this user may not see the nodes: their ports are looked at only at the host of the URL"]


def _alert_off(data: dict[str, Any]) -> None:
    data["alerts"]["cluster_certs_about_to_expire"] = {"enabled": False, "threshold": None}
    data["internal"] = {**data["internal"], "rotation_enabled": False}


def _not_readable(data: dict[str, Any]) -> None:
    data["certificates"] = [unreadable("syncer") if one["name"] == "syncer" else one for one in data["certificates"]]


def _drift(data: dict[str, Any]) -> None:
    data["drift"] = [
        {"name": "proxy", "action": "update", "reason": "the leaf differs"},
        {"name": "api", "action": "none", "reason": None},
    ]


def _optional(data: dict[str, Any]) -> None:
    data["certificates"] += [facts(data["name"], "ldap_client", 75), facts(data["name"], "mtls_trusted_ca", 2900)]


def _database(data: dict[str, Any]) -> None:
    name = data["name"]
    client = {"certificate": "database carts, client 1", "kind": "client", "endpoints": []}
    data["databases"] = [
        database(name, "orders", 1, days=9),
        database(name, "carts", 2),
        database(name, "carts", 2, days=-30, **client),
    ]
    own = [endpoint(name, "proxy", node, 12001, database=1, matches=node != 3) for node in (1, 2, 3)]
    data["endpoints"] = [*(data["endpoints"] or ()), *own]


def _node_down(data: dict[str, Any]) -> None:
    first, second, *_others = data["cluster"]["nodes"]
    data["cluster"] = {**data["cluster"], "nodes": [first, {**second, "status": "down"}]}


_ILLS: tuple[Callable[[dict[str, Any]], None], ...] = (
    _expired,
    _soon,
    _issuer_expiring,
    _weak_key,
    _sha1,
    _long_lived,
    _drifted_port,
    _stale_pin,
    _viewer,
    _alert_off,
    _not_readable,
    _drift,
    _optional,
    _database,
    _node_down,
)


def fleet(size: int) -> list[Any]:
    """So many clusters: some of them healthy, every kind of ill among the first dozen or so."""
    chance = random.Random(6)
    made = []
    for number in range(size):
        name = f"{_TEAMS[number % 10]}-{_SITES[number // 10 % 5]}{number // 50 or ''}.example.com"
        data = cluster(name)
        for certificate in NAMES:
            _replace(data, certificate, days=chance.choice((45, 80, 81, 120, 200, 260, 330, 364)))
        if number % 12 == 11:
            data = unreachable(name)
            if number % 24 == 23:
                data["api_endpoint"] = presented(name, -2)
        elif size > 1 and number % 3 == 0:
            for ill in chance.sample(_ILLS, 2):
                ill(data)
        else:
            _ILLS[number % len(_ILLS)](data)
        if size > 12 and number % 2:
            data = cluster(name) if data["error"] is None else data
        made.append(data)
    return made


def mixed(size: int, certificates: int = 8) -> list[Any]:
    """So many clusters, as ill as a small fleet; each that can be read has at least so many certificates."""
    made, small = [], fleet(12)
    for number in range(size):
        data = small[number % len(small)]
        missing = 0 if data["error"] else certificates - len(data["certificates"])
        more = [facts(data["name"], "ldap_client", 75)] * missing
        made.append({**data, "name": f"{number:03}-{data['name']}", "certificates": [*data["certificates"], *more]})
    return made


def recent(data: Any) -> Any:
    """The same data, collected just now: for reports that are made by the clock, so that no test ages."""
    late = datetime.now(timezone.utc) - NOW

    def later(moment: re.Match[str]) -> str:
        return iso(datetime.fromisoformat(moment[0].replace("Z", "+00:00")) + late)

    return json.loads(re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", later, json.dumps(data)))


def hostile() -> Any:
    """A cluster whose texts all try to be something else."""
    script = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    name = "evil.example.com"
    wild = [
        facts(name, "api", subject=f"CN={script}", issuer="CN=\u202egnp.exe\u2066,O=\x1b[31mred\x00\x07"),
        facts(name, "proxy", 3, subject="CN=" + "A" * 60000, issuer="O='\"><svg/onload=document.title='owned'>"),
        facts(name, "</script><b>new</b>", 10, subject="=cmd|' /C calc'!A0", issuer="@SUM(1+1)*cmd"),
        facts(name, "-2+3\n{{ 7 * 7 }}{% raw %}", 20, issuer='CN=back\\slash "quote" \n newline'),
        facts(name, "cm", 100, findings=[finding("odd", "error", "cm", f"the leaf {script}", f"Fix {script}")]),
    ]
    return cluster(
        name,
        url="https://evil.example.com:9443/\"onmouseover=\"document.title='owned'",
        certificates=wild,
        databases=[
            database(name, script, 1, 5, subject=f"CN={script}", issuer="\u202egnp.exe\u2066"),
            database(name, "\x1b[31mred", 2, endpoints=[f"{script}:1"]),
        ],
        warnings=[script, "\ud800half"],
    )
