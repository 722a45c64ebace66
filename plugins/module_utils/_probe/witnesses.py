# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Where the certificates that are to be changed can be seen, and whether that suffices for what the user demands."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster, if_visible, with_primary_now
from .._api.databases import own_certificates
from .._errors import CertificateError
from .._product.releases import STALE_PROXY_WORKERS, Hazard
from .._state.goal import ExpectedChain
from .._x509.certificate import CertificateParseError, parse_pem
from .endpoints import ENDPOINT_LIMIT, Endpoint, endpoints_at_url, endpoints_showing, within_limit
from .metrics import SHOWN, Exporters
from .proof import HANDSHAKE, METRICS, NOWHERE
from .prover import Prover, Target

#: Handshakes in a row that have to present a new certificate. Proxies have several workers.
_HANDSHAKES, _PROXY_HANDSHAKES, _STALE_PROXY_HANDSHAKES = 1, 3, 10


def build_prover(
    api: Api,
    changes: Mapping[str, tuple[ExpectedChain, ExpectedChain]],
    exporter: ExpectedChain | None,
    cluster: Cluster,
    bdbs: Sequence[Mapping[str, Any]],
    met: Container[Hazard],
    verify: str,
    warn: Callable[[str], None],
) -> Prover:
    """Make a prover that has seen what can be seen before the change.

    Args:
        changes: by certificate name, the state before and after.
        exporter: the certificate V(metrics_exporter) that the API reports before the change; None: none is readable.
        bdbs: the databases, where V(proxy) is among the changes.
        met: known bugs that the changes meet.
        verify: V(auto), V(strict) or V(none).
        warn: called with how many ports are not checked.

    Raises:
        CertificateError: V(strict), and a node cannot be seen where a handshake or metrics would show it.
    """
    connection = api.session.connection
    if verify == "none":
        return Prover([Target(name, (), NOWHERE) for name in changes], connection.timeout)
    targets = [
        replace(target, handshakes=_handshakes(target.name, met))
        for target in _targets(api, changes, cluster, bdbs, warn)
    ]
    prover = _prover(api, targets, (exporter, *changes.get("metrics_exporter", ())), cluster)
    unseen = prover.try_all(lambda tried: endpoints_at_url(tried, cluster, connection))
    if verify == "strict" and unseen:
        concerned = ", ".join(dict.fromkeys(sighting.name for sighting in unseen))
        raise (
            CertificateError(
                "endpoint_unreachable",
                f"{'; '.join(map(str, unseen))}, so the change could not be proven there. Check node_address, "
                "metrics_port, metrics_auth and the firewalls, or set verify to auto.",
                option="verify",
            )
            .about(concerned)
            .with_result(nodes=[sighting.as_dict() for sighting in unseen])
        )
    return prover


def build_observer(
    api: Api,
    states: Mapping[str, ExpectedChain],
    exporter: ExpectedChain | None,
    cluster: Cluster,
    bdbs: Sequence[Mapping[str, Any]],
    warn: Callable[[str], None],
) -> Prover:
    """Make a prover for one observation of certificates that need no change; the rest is as in M(build_prover).

    Raises:
        CertificateError: it cannot be read which databases present their own certificate.
    """
    targets = _targets(api, {name: (state,) for name, state in states.items()}, cluster, bdbs, warn)
    return _prover(api, targets, (exporter,), cluster)


def _targets(
    api: Api,
    states: Mapping[str, Sequence[ExpectedChain]],
    cluster: Cluster,
    bdbs: Sequence[Mapping[str, Any]],
    warn: Callable[[str], None],
) -> list[Target]:
    connection = api.session.connection
    own = _own_certificates(api, bdbs, warn) if "proxy" in states else {}
    targets = []
    for name, known in states.items():
        visible = () if own is None else bdbs
        ports = tuple(within_limit(endpoints_showing(name, cluster, connection, visible, own or ()), warn))
        if ports:
            replaced = len(known) == 2 and known[0].fingerprints != known[1].fingerprints
            targets.append(Target(name, ports, HANDSHAKE, before=known[0] if replaced else None))
        elif name in SHOWN:
            ends = tuple(state.end for state in known if state.end is not None)
            targets.append(Target(name, _one_a_node("metrics_exporter", api, cluster), METRICS, ends=ends))
        else:
            targets.append(Target(name, _one_a_node("api", api, cluster), NOWHERE))
    return targets


def _prover(api: Api, targets: Sequence[Target], presented: Iterable[ExpectedChain | None], cluster: Cluster) -> Prover:
    """Make a prover.

    Args:
        presented: what exporters may present as V(metrics_exporter).
    """
    return Prover(
        targets,
        api.session.connection.timeout,
        exporters=exporters(api, cluster, presented),
        primary=lambda: _primary_now(api, cluster),
        inactive={node.uid for node in cluster.inactive} - {None},
    )


def _primary_now(api: Api, cluster: Cluster) -> Any:
    """Return the uid of the node that responded last: the primary may move during a change."""
    primary = with_primary_now(api, cluster).primary
    return primary.node if primary else None


def exporter_state(stored: Mapping[str, Stored]) -> ExpectedChain | None:
    """Return what the API reports as V(metrics_exporter); None where that cannot be read.

    Args:
        stored: what the API reports.
    """
    try:
        return ExpectedChain.of(parse_pem(stored["metrics_exporter"].certificate), "leaf")
    except (KeyError, CertificateParseError):
        return None


def _handshakes(name: str, met: Container[Hazard]) -> int:
    if name != "proxy":
        return _HANDSHAKES
    return _STALE_PROXY_HANDSHAKES if STALE_PROXY_WORKERS in met else _PROXY_HANDSHAKES


def visible_databases(api: Api, warn: Callable[[str], None]) -> Sequence[Mapping[str, Any]]:
    """Return the databases of the cluster; none, with a warning, where this user may not see them."""
    bdbs: Sequence[Mapping[str, Any]] | None = if_visible(api.bdbs, None)
    if bdbs is None:
        warn("this user may not see the databases: their endpoints are not checked. Use a user who may.")
    return bdbs or ()


def _own_certificates(
    api: Api, bdbs: Sequence[Mapping[str, Any]], warn: Callable[[str], None]
) -> Mapping[str, str] | None:
    """Return the databases that present their own certificate in place of V(proxy), by uid.

    None, with a warning, where this user may not see them: no port of a database shows what it should then.

    Raises:
        CertificateError: they cannot be read; their ports would be taken for stale ones.
    """
    if not any(bdb.get("tls_mode") == "enabled" for bdb in bdbs):
        return {}
    try:
        return own_certificates(api)
    except CertificateError as error:
        if error.kind != "forbidden":
            raise
        warn(
            "this user may not see which databases present their own certificate: the endpoints of all databases are "
            "not checked. Use a user who may."
        )
        return None


def _one_a_node(service: str, api: Api, cluster: Cluster) -> tuple[Endpoint, ...]:
    """Return the port of a service at one address of each node."""
    by_node: dict[Any, Endpoint] = {}
    for endpoint in endpoints_showing(service, cluster, api.session.connection, ()):
        by_node.setdefault(endpoint.node, endpoint)
    return tuple(by_node.values())


def exporters(api: Api, cluster: Cluster, presented: Iterable[ExpectedChain | None]) -> Exporters:
    """Return the metrics exporters of a cluster, that of the primary first: some versions have one of that node alone.

    A node whose exporter is beyond the limit of ports shows nothing in metrics, and results say that of it.

    Args:
        presented: what they may present as V(metrics_exporter).
    """
    connection = api.session.connection
    everywhere = endpoints_showing("metrics_exporter", cluster, connection, ())
    primary = cluster.primary.node if cluster.primary else None
    first = sorted(everywhere, key=lambda endpoint: endpoint.node != primary)[:ENDPOINT_LIMIT]
    leaves = [state.fingerprints[0] for state in presented if state is not None and state.fingerprints]
    return Exporters(connection, [*first, *endpoints_at_url(everywhere, cluster, connection)], leaves)
