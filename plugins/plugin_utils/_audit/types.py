# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The types of a report, as docs/audit-report.schema.json describes it."""

from __future__ import annotations

from typing import TypedDict

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import DatabaseEntry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.fields import Uid
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet import cluster_data
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import ProofSummary
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import CertificateEntry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import IsoTime
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import CertificateFacts
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.finding import FindingEntry


class _Named(CertificateFacts):
    name: str
    findings: list[FindingEntry]


class Certificate(_Named, total=False):
    """A certificate of a cluster or of a database, under the name that findings, exceptions and formats use."""

    uid: Uid  # of the database
    kind: str  # of the database's
    presented_at: str  # host and port, where it is all that was seen of a cluster that could not be read
    proof: ProofSummary | None  # in a report


class JudgedCertificate(CertificateEntry):
    """A certificate of a cluster, with how far it is proven that its nodes have it."""

    proof: ProofSummary | None


class JudgedDatabase(DatabaseEntry):
    """A certificate of a database, with how far it is proven that its ports present it."""

    proof: ProofSummary | None


class JudgedCluster(cluster_data.ReadStatus, cluster_data.Surroundings):
    """One cluster."""

    certificates: list[JudgedCertificate]
    databases: list[JudgedDatabase]
    verdict: str


class Accepted(TypedDict):
    """Why a finding is accepted, and until when."""

    reason: str
    until: str


class Finding(TypedDict):
    """A problem to fix; C(certificate) is C(None) if it is about the cluster."""

    severity: str
    cluster: str
    certificate: str | None
    check: str
    message: str
    remedy: str
    accepted: Accepted | None


class Check(TypedDict):
    """The outcome of one check."""

    cluster: str
    certificate: str | None
    check: str
    outcome: str
    message: str


class ExceptionEntry(Accepted):
    """An exception of the policy."""

    cluster: str
    certificate: str
    check: str


class PolicyEntry(TypedDict):
    """The policy."""

    warn_within: int
    fail_within: int
    minimum_rsa_bits: int
    allowed_issuers: list[str]
    maximum_lifetime: int | None
    exceptions: list[ExceptionEntry]


class NextExpiry(TypedDict):
    """The certificate that expires next."""

    days_remaining: int
    not_after: IsoTime
    cluster: str
    certificate: str


class Summary(TypedDict):
    """The numbers of clusters, certificates, findings and checks, each by result, and the next expiry."""

    clusters: dict[str, int]
    certificates: dict[str, int]
    findings: dict[str, int]
    checks: dict[str, int]
    next: NextExpiry | None


class Report(TypedDict):
    """The whole report."""

    schema: int
    generated_at: IsoTime
    policy: PolicyEntry
    summary: Summary
    clusters: list[JudgedCluster]
    findings: list[Finding]
    checks: list[Check]
