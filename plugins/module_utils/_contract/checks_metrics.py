# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Metrics: which node shows when which certificate ends, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from .._api.cluster import Node
from .._probe.metrics import SHOWN, Sample, certificate_ends, parse_samples
from .._product.names import INTERNODE, canonical_name
from .._product.releases import UNRELIABLE_READ_BACK, is_before
from .._x509.certificate import not_after
from .answer import Answer
from .check import NOTHING, PERMISSION, UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import PASSWORD, Questions
from .roles import own_role
from .vocabulary import Fact, Status

_V2_SOURCE = "vendor, Prometheus metrics v2"
_V1_SOURCE = "vendor, Prometheus metrics v1"
_AUTH_SOURCE = "vendor, cluster setting metrics_auth"
_V2_SINCE = "7.8.2"
_V1, _V2 = "node_cert_expiration_seconds", "node_cert_expires_in_seconds"
_WHOLE, _ALONE, _OLD = "/v2", "/v2/node", "/"
_REDIRECTS = (301, 302, 307, 308)
_GATHERED = frozenset({"cluster", "node"})
_LABELS = frozenset({*_GATHERED, "logical_name", "path"})
#: Certificates of a cluster's own CAs, which show in metrics alone.
_INTERNAL = frozenset({"mesh_ca_signed", "gossip_ca_signed"})
_MAY_READ = frozenset({"admin", "cluster_member", "cluster_viewer"})
_SLACK = timedelta(seconds=60)


def _active(asked: Questions) -> list[Node]:
    return [node for node in asked.nodes if node.active]


def _statuses(answers: Mapping[str, Answer]) -> Fact:
    return Fact("status", *(Status(answer.status) for answer in answers.values()))


def _samples(answers: Mapping[str, Answer]) -> list[Sample]:
    """Return all samples of the answers that have any.

    Raises:
        NotChecked: there are none; another check says so.
    """
    found = [sample for answer in answers.values() if answer.status == 200 for sample in parse_samples(answer.text)]
    if not found:
        raise NotChecked(UNCLEAR)
    return found


def _whole(asked: Questions) -> dict[str, Answer]:
    return asked.metrics(_active(asked), _WHOLE)


def _any_version(asked: Questions) -> Sequence[Sample]:
    """Return the samples of the whole cluster, whichever version of metrics there is."""
    if is_before(asked.version, _V2_SINCE):
        return _samples(asked.metrics([asked.primary], _OLD))
    return _samples(_whole(asked))


def _is_of(samples: Iterable[Sample], metric: str) -> bool:
    found = list(samples)
    return bool(found) and all(sample.metric == metric for sample in found)


@check("GET /v2 shows all active nodes, whichever node is asked", _V2_SOURCE, since=_V2_SINCE)
def metrics_show_cluster(asked: Questions) -> Verdict:
    """Compare the nodes that each reports."""
    answers = _whole(asked)
    wanted = {str(node.uid) for node in _active(asked)}
    missing = [
        len(wanted - {sample.labels.get("node", "") for sample in parse_samples(answer.text)})
        for answer in answers.values()
        if answer.status == 200
    ]
    whole = bool(missing) and not any(missing)
    return verdict(whole, _statuses(answers), Fact("nodes missing", *missing))


@check(
    "GET /v2 has node_cert_expires_in_seconds with cluster, node, logical_name and path", _V2_SOURCE, since=_V2_SINCE
)
def metrics_have_labels(asked: Questions) -> Verdict:
    """Look at the labels of all samples."""
    samples = _samples(_whole(asked))
    missing = sorted({label for sample in samples for label in _LABELS - sample.labels.keys()})
    v2 = _is_of(samples, _V2)
    return verdict(v2 and not missing, Fact("metrics", "v2" if v2 else "other"), Fact("missing", *missing))


@check("GET /v2 of a follower is not redirected", _V2_SOURCE, since=_V2_SINCE)
def metrics_do_not_redirect(asked: Questions) -> Verdict:
    """Ask followers."""
    answers = asked.metrics(asked.followers, _WHOLE, demanded=False)
    return verdict(all(answer.status not in _REDIRECTS for answer in answers.values()), _statuses(answers))


@check("GET /v2/node shows the node itself, without the labels cluster and node", _V2_SOURCE, since=_V2_SINCE)
def metrics_of_one_node(asked: Questions) -> Verdict:
    """Ask all nodes."""
    answers = asked.metrics(_active(asked), _ALONE)
    samples = [sample for answer in answers.values() for sample in parse_samples(answer.text)]
    labels = sorted({label for sample in samples for label in _GATHERED & sample.labels.keys()})
    answered = all(answer.status == 200 for answer in answers.values())
    return verdict(answered and bool(samples) and not labels, _statuses(answers), Fact("labels", *labels))


@check("There are no metrics of version 2 before 7.8.2", _V2_SOURCE, until=_V2_SINCE)
def no_metrics_v2(asked: Questions) -> Verdict:
    """Ask for them."""
    answers = asked.metrics([asked.primary], _WHOLE)
    return verdict(all(answer.status == 404 for answer in answers.values()), _statuses(answers))


@check("GET / of the primary has node_cert_expiration_seconds", _V1_SOURCE)
def metrics_v1_of_primary(asked: Questions) -> Verdict:
    """Ask the primary."""
    answers = asked.metrics([asked.primary], _OLD)
    samples = [sample for answer in answers.values() for sample in parse_samples(answer.text)]
    v1 = _is_of(samples, _V1)
    return verdict(v1, _statuses(answers), Fact("metrics", "v1" if v1 else "other"))


@check("GET / of a follower redirects", _V1_SOURCE)
def metrics_v1_redirects(asked: Questions) -> Verdict:
    """Ask followers, without a login."""
    answers = asked.metrics(asked.followers, _OLD, demanded=False)
    return verdict(all(answer.status in _REDIRECTS for answer in answers.values()), _statuses(answers))


@check("Metrics name the certificates that every cluster has, and those of its own CAs", _V2_SOURCE)
def metrics_name_certificates(asked: Questions) -> Verdict:
    """Compare the logical names; internode ones may be written as the Kubernetes operator does."""
    found = {canonical_name(sample.labels.get("logical_name", "")) for sample in _any_version(asked)}
    wanted = SHOWN | _INTERNAL
    missing = sorted(wanted - found)
    return verdict(not missing, Fact("missing names", *missing), Fact("further names", len(found - wanted)))


@check("Now and what metrics show make the end of each certificate that the API reports, on every node", _V2_SOURCE)
def metrics_tell_ends(asked: Questions) -> Verdict:
    """Compare names that both know. RS176540: of internode ones the API may report others than there are."""
    shown = certificate_ends(_any_version(asked), datetime.now(timezone.utc))
    unreliable = INTERNODE if UNRELIABLE_READ_BACK.among(asked.cluster.versions) else frozenset()
    compared, wrong = 0, []
    for name in sorted(SHOWN - unreliable):
        chain = asked.chain(name)
        for node in _active(asked) if chain else ():
            ends = shown.get(str(node.uid), {}).get(name)
            if ends:
                compared += 1
                if not any(abs(end - not_after(chain[0])) <= _SLACK for end in ends):
                    wrong.append(name)
    if not compared:
        raise NotChecked(UNCLEAR)
    return verdict(not wrong, Fact("values", compared), Fact("end otherwise than reported", len(wrong), *wrong))


def _demands(asked: Questions) -> bool:
    """Return whether metrics are to demand a login."""
    if not asked.cluster.settings:
        raise NotChecked(PERMISSION)
    return asked.cluster.settings.get("metrics_auth") is True


@check("Metrics demand a login where metrics_auth is on, and none where it is off", _AUTH_SOURCE)
def metrics_demand_login(asked: Questions) -> Verdict:
    """Ask all nodes without one."""
    demanded = _demands(asked)
    path = _OLD if is_before(asked.version, _V2_SINCE) else _ALONE
    nodes = [asked.primary] if path == _OLD else _active(asked)
    answers = asked.metrics(nodes, path, demanded=False)
    refused = [answer.status == 401 for answer in answers.values()]
    fits = all(refused) if demanded else not any(refused)
    return verdict(fits, Fact("metrics_auth", demanded), _statuses(answers))


@check(
    "Where metrics_auth is on, metrics take Basic of admin, cluster_member and cluster_viewer",
    _AUTH_SOURCE,
    login=PASSWORD,
)
def metrics_take_basic(asked: Questions) -> Verdict:
    """Ask the primary with the login."""
    if not _demands(asked):
        raise NotChecked(NOTHING)
    role = own_role(asked)
    try:
        answers = asked.metrics([asked.primary], _OLD)
    except NotChecked as skipped:
        if skipped.reason != PERMISSION:
            raise
        return verdict(role not in _MAY_READ, Fact("role", role), Fact("accepted", False))
    taken = all(answer.status == 200 for answer in answers.values())
    return verdict(taken == (role in _MAY_READ), Fact("role", role), Fact("accepted", taken), _statuses(answers))


CHECKS = (
    metrics_show_cluster,
    metrics_have_labels,
    metrics_do_not_redirect,
    metrics_of_one_node,
    no_metrics_v2,
    metrics_v1_of_primary,
    metrics_v1_redirects,
    metrics_name_certificates,
    metrics_tell_ends,
    metrics_demand_login,
    metrics_take_basic,
)
