# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Checks of one certificate of a cluster or of a database, by its facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.finding import FindingEntry
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.names import counted

from ..certificates import belongs_to_database, lets_clients_in, renewal
from ..policy import Policy
from ..times import expiry_text, issuer_ends_first, left, moment
from ..types import Certificate
from .judgement import CRITICAL, INFO, WARNING, Judgement, passed

#: How the collection's rules on the vendor's requirements are weighed here; one that is unknown is critical.
_SEVERITIES = {"error": CRITICAL, "warning": INFO}

_BREAK_GLASS = "If that is why it cannot be read, follow docs/break-glass.md: compare the fingerprint, then rotate api"

#: Those of them that have their own check here, with thresholds of the policy.
_OWN = frozenset({"expired", "chain_expired", "key_too_small"})


def certificate(facts: Certificate, policy: Policy, now: datetime) -> Iterator[Judgement]:
    """Make all checks of a certificate.

    Args:
        facts: of C(certificates.of).
        now: in UTC.
    """
    name = facts["name"]
    if facts.get("error"):
        yield Judgement(
            name,
            "readable",
            CRITICAL,
            f"cannot be read: {facts['error']}",
            "Replace it; until then its expiry is unknown",
        )
        return
    message = expiry_text(facts["not_after"], now)
    if "presented_at" in facts:
        message = f"the API's certificate {message} (presented at {facts['presented_at']})"
    else:
        yield passed(name, "readable", "can be read")
    yield _expiry(name, "expiry", message, left(facts["not_after"], now), policy, _remedy(facts))
    yield _issuers(facts, policy, now)
    if "presented_at" in facts:
        return
    yield _key(facts, policy)
    # Who issues the certificates of clients, and for how long, is their business.
    if policy.allowed_issuers and not lets_clients_in(facts):
        yield _issuer(facts, policy)
    if policy.maximum_lifetime is not None and not lets_clients_in(facts):
        yield _lifetime(facts, policy.maximum_lifetime)
    yield from _requirements(facts)


def _remedy(facts: Certificate) -> str:
    if "presented_at" in facts:
        return _BREAK_GLASS
    if lets_clients_in(facts):
        return "Replace it in the list of the database, or remove it once no client has it"
    if belongs_to_database(facts):
        return "Replace the certificate of the database"
    return renewal(facts["name"])


def _expiry(name: str, check: str, message: str, remains: timedelta, policy: Policy, remedy: str) -> Judgement:
    severity = ""
    if remains < timedelta(policy.fail_within) or remains < timedelta(0):
        severity = CRITICAL
    elif remains < timedelta(policy.warn_within):
        severity = WARNING
    return Judgement(name, check, severity, message, remedy) if severity else passed(name, check, message)


def _issuers(facts: Certificate, policy: Policy, now: datetime) -> Judgement:
    check = "issuer_expiry"
    # The facts say when the first of the chain expires: an issuer, if that is before the leaf.
    if issuer_ends_first(facts):
        remedy = f"{_remedy(facts)}. Use a certificate that a current issuer signed"
        message = f"an issuer in its chain {expiry_text(facts['chain_not_after'], now)}"
        return _expiry(facts["name"], check, message, left(facts["chain_not_after"], now), policy, remedy)
    return passed(facts["name"], check, "no issuer in its chain expires before it")


def _key(facts: Certificate, policy: Policy) -> Judgement:
    name, check, minimum = facts["name"], "key_size", policy.minimum_rsa_bits
    kind, size = facts["public_key_type"], facts["public_key_size"]
    if kind == "RSA" and size and size < minimum:
        remedy = f"{_remedy(facts)}, with a key of at least {minimum} bits"
        return Judgement(name, check, CRITICAL, f"has an RSA key of {size} bits", remedy)
    for finding in facts["findings"]:
        if finding["id"] == "key_too_small":  # of another type, or an issuer's
            return Judgement(name, check, CRITICAL, finding["found"], finding["remedy"])
    return passed(name, check, f"has an {kind} key of {size} bits" if size else f"has an {kind} key")


def _issuer(facts: Certificate, policy: Policy) -> Judgement:
    if policy.allows_issuer(facts["issuer"]):
        return passed(facts["name"], "issuer", f"was issued by {facts['issuer']}")
    remedy = f"{_remedy(facts)}, with a certificate of an allowed issuer"
    return Judgement(
        facts["name"], "issuer", CRITICAL, f"was issued by {facts['issuer']}, which is not allowed", remedy
    )


def _lifetime(facts: Certificate, maximum: int) -> Judgement:
    days, check = (moment(facts["not_after"]) - moment(facts["not_before"])).days, "lifetime"
    if days > maximum:
        remedy = f"{_remedy(facts)}, with a certificate that is valid for at most {counted(maximum, 'day')}"
        return Judgement(facts["name"], check, CRITICAL, f"is valid for {counted(days, 'day')}", remedy)
    return passed(facts["name"], check, f"is valid for {counted(days, 'day')}")


def _requirements(facts: Certificate) -> Iterator[Judgement]:
    name = facts["name"]
    by_rule: dict[str, list[FindingEntry]] = {}
    for finding in facts["findings"]:  # errors first
        if finding["id"] not in _OWN:
            by_rule.setdefault(finding["id"], []).append(finding)
    for rule, findings in by_rule.items():
        found = "; ".join(dict.fromkeys(one["found"] for one in findings))
        remedy = "; ".join(dict.fromkeys(one["remedy"] for one in findings))
        yield Judgement(name, rule, _SEVERITIES.get(findings[0]["severity"], CRITICAL), found, remedy)
    if not by_rule:
        yield passed(name, "requirements", "meets the vendor's requirements")
