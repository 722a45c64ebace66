# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Who answers: the primary, and what followers do."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from .._api.cluster import Node
from .._hostnames import same_host
from .answer import Answer
from .check import NOTHING, UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions
from .shapes import at, kind
from .vocabulary import Fact, Status

_LOAD_BALANCER = "vendor, cluster load balancer setup; cluster setting handle_redirects"
_HEALTHCHECK = "/v1/local/node/master_healthcheck"
#: Its query shows whether a redirect keeps it.
_ASKED = "/v1/bdbs?fields=uid"
_REDIRECTS = (307, 308)


def _statuses(answers: Sequence[Answer]) -> tuple[Fact, Fact]:
    return Fact("followers", len(answers)), Fact("status", *(Status(answer.status) for answer in answers))


def _redirecting(asked: Questions) -> list[Answer]:
    """Return what followers answer without a login, where they are to redirect."""
    if asked.cluster.settings.get("handle_redirects") is not False:
        raise NotChecked(NOTHING if asked.cluster.settings else UNCLEAR)
    return asked.at(asked.followers, _ASKED)


def _handing_on(asked: Questions) -> Sequence[Node]:
    """Return the followers, if they should forward requests to the primary."""
    if asked.cluster.settings.get("handle_redirects") is not True:
        raise NotChecked(NOTHING if asked.cluster.settings else UNCLEAR)
    return asked.followers


@check(
    "Without handle_redirects a follower redirects by 307, before it looks at a login", f"{_LOAD_BALANCER}; RS182423"
)
def follower_redirects(asked: Questions) -> Verdict:
    """Ask followers without a login."""
    answers = _redirecting(asked)
    return verdict(all(answer.status == 307 for answer in answers), *_statuses(answers))


@check(
    "The redirect of a follower leads to the internal address of the primary, and keeps port, path and query",
    "RS182423",
)
def redirect_leads_to_primary(asked: Questions) -> Verdict:
    """Look where followers redirect to."""
    found = [answer for answer in _redirecting(asked) if answer.status in _REDIRECTS]
    if not found:
        raise NotChecked(UNCLEAR)
    port = urlsplit(asked.session.url).port
    leads = [_destination(answer.location or "", asked.primary, port) for answer in found]
    wanted = ("https", "internal address of the primary", "same port", "same path")
    return verdict(all(one == wanted for one in leads), *(Fact("Location", *one) for one in dict.fromkeys(leads)))


def _destination(location: str, primary: Node, port: int | None) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(location)
        host, found = parts.hostname or "", parts.port
    except ValueError:
        return "other", "other", "other port", "other path"
    whose = "other"
    if same_host(host, primary.internal or ""):
        whose = "internal address of the primary"
    elif any(same_host(host, address) for address in primary.external):
        whose = "other address of the primary"
    return (
        "https" if parts.scheme == "https" else "no https",
        whose,
        "same port" if found == port else "other port",
        "same path" if f"{parts.path}?{parts.query}" == _ASKED else "other path",
    )


@check("With handle_redirects a follower answers requests itself", _LOAD_BALANCER)
def follower_hands_on(asked: Questions) -> Verdict:
    """Ask followers with the login."""
    answers = asked.at(_handing_on(asked), "/v1/cluster", login=True)
    return verdict(all(answer.status == 200 for answer in answers), *_statuses(answers))


@check("With handle_redirects a follower answers with the data of the primary, and not with its own", _LOAD_BALANCER)
def follower_answers_for_primary(asked: Questions) -> Verdict:
    """Ask followers which node they are."""
    answers = asked.at(_handing_on(asked), "/v1/bootstrap", login=True)
    uids = [at(answer.value, "local_node_info", "uid") for answer in answers if answer.status == 200]
    if not uids or any(one is None for one in uids):
        raise NotChecked(UNCLEAR)
    primary = str(asked.primary.uid)
    agreeing = sum(str(one) == primary for one in uids)
    return verdict(agreeing == len(uids), Fact("followers", len(uids)), Fact("primary", agreeing))


@check("With handle_redirects a follower refuses a request without a login by 401", "vendor, REST API authentication")
def follower_demands_login(asked: Questions) -> Verdict:
    """Ask followers without a login."""
    answers = asked.at(_handing_on(asked), "/v1/cluster")
    return verdict(all(answer.status == 401 for answer in answers), *_statuses(answers))


@check("The primary answers at its internal address without a redirect", "vendor, cluster load balancer setup")
def primary_answers(asked: Questions) -> Verdict:
    """Ask the primary at its own address, without a login: it then answers 401, and no redirect."""
    (answer,) = asked.at([asked.primary], "/v1/nodes")
    return verdict(answer.status == 401, Fact("status", Status(answer.status)))


@check("Paths below /v1/local are answered by each node for itself", "vendor, REST API, master_healthcheck")
def local_path_is_local(asked: Questions) -> Verdict:
    """Ask followers without a login: they may refuse that, and do not redirect."""
    answers = asked.at(asked.followers, _HEALTHCHECK)
    return verdict(all(answer.status in (200, 401, 403) for answer in answers), *_statuses(answers))


@check("The health check of a node says whether the primary is active", "vendor, REST API, master_healthcheck")
def healthcheck_says_active(asked: Questions) -> Verdict:
    """Ask the node that answers. Its status is V(active), or there would be no answer to all else."""
    answer = asked.directly(_HEALTHCHECK)
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    status = at(answer.value, "status")
    return verdict(status == "active", Fact("status", status if isinstance(status, str) else kind(status)))


@check("GET /v1/nodes/status names one node as master, and all others as slave", "vendor, REST API, node status")
def one_master(asked: Questions) -> Verdict:
    """Count the roles."""
    answer = asked.read("/v1/nodes/status")
    roles = [at(one, "role") for one in answer.object.values()]
    masters = roles.count("master")
    return verdict(
        masters == 1 and roles.count("slave") == len(roles) - 1,
        Fact("primaries", masters),
        Fact("role", *roles),
    )


@check("The node that GET /v1/nodes/status names as master is the one that answers", "RS182423")
def master_answers(asked: Questions) -> Verdict:
    """Ask the node that is named at its own address: it redirects unless it is the primary."""
    found = asked.read("/v1/nodes/status").object
    masters = [uid for uid, one in found.items() if at(one, "role") == "master"]
    if asked.cluster.settings.get("handle_redirects") is True:
        raise NotChecked(NOTHING)
    if len(masters) != 1:
        raise NotChecked(UNCLEAR)
    named = [node for node in asked.nodes if str(node.uid) == masters[0]]
    if not named:
        return verdict(False, Fact("primary", "unknown"))
    (answer,) = asked.at(named, "/v1/nodes/status")
    return verdict(answer.status not in _REDIRECTS, Fact("status", Status(answer.status)))


@check(
    "GET /v4/cluster/health names one node as leader, which GET /v1/nodes/status names as master",
    "vendor, REST API, cluster health",
    since="8.0.16",
)
def one_leader(asked: Questions) -> Verdict:
    """Compare the two."""
    nodes = at(asked.read("/v4/cluster/health").object, "nodes")
    roles = asked.read("/v1/nodes/status").object
    if not isinstance(nodes, list):
        raise NotChecked(UNCLEAR)
    leaders = [str(at(one, "id")) for one in nodes if at(one, "role") == "leader"]
    masters = [uid for uid, one in roles.items() if at(one, "role") == "master"]
    if len(masters) != 1:
        raise NotChecked(UNCLEAR)
    return verdict(leaders == masters, Fact("leaders", len(leaders)), Fact("agrees", leaders == masters))


CHECKS = (
    follower_redirects,
    redirect_leads_to_primary,
    follower_hands_on,
    follower_answers_for_primary,
    follower_demands_login,
    primary_answers,
    local_path_is_local,
    healthcheck_says_active,
    one_master,
    master_answers,
    one_leader,
)
