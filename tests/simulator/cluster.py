# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster: its nodes, their ports, and the handles by which tests hold it."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

from . import database as databases
from . import pages
from .access import Access, User, make_users
from .active_active import ActiveActive
from .api import Api
from .arguments import (
    SERVICES,
    check_addresses,
    check_count,
    check_database,
    check_forms,
    check_names,
    check_nodes,
    check_scopes,
    check_seconds,
    check_services,
    check_since,
)
from .authority import Authority
from .bdb import FIRST_UID, PLAIN_UID, bdbs_of
from .bugs import Bugs
from .ciphers import Suites
from .faults import Faults
from .handles import Handles
from .initial import Initial
from .metrics import Metrics
from .outage import Outage
from .ports import addresses_available
from .primary import Primary
from .record import Log
from .releases import NAMES, Release
from .replica import ReplicaSource
from .serving import Ports
from .state import Node, Pair, spread

NO_NEIGHBOURS = "127.0.0.2 cannot be bound on this machine, so the cluster has one node only"
#: The product's own ports.
API_PORT, CM_PORT, METRICS_PORT, DATABASE_PORT = 9443, 8443, 8070, 12000


class Cluster(Handles):
    """A running cluster; a context manager that leaves nothing behind.

    :param nodes: how many nodes, at 127.0.0.1, 127.0.0.2, ...; only one where those cannot be bound (see ``notice``).
    :param version: ``software_version`` of every node, unless ``versions`` gives one for each.
    :param username: the administrator; ``password`` is made up unless given.
    :param authority: signs the initial certificates of all but the internode ones, which are self-signed otherwise.
    :param api_port: 0, here and in the other ports, for any that is free on all nodes.
    :param ports: which of the HTTPS ports are opened: ``api``, and ``cm`` and ``metrics``.
    :param database: ``redis`` (a real redis-server), ``tls`` (a listener that stands in for it), ``none``, or ``auto``.
    :param database_client_certificates: whether the database ``tls`` takes only clients with a certificate.
    :param active_active: whether the database is an Active-Active one; or those that it shares with other clusters, of
        which the first is this database and each other one is a database like ``plain_database``.
    :param plain_database: whether there is a second database, without TLS, at a port that refuses connections.
    :param tls_databases: how many databases have TLS; those after the first have the last uids, and ports of their own.
    :param bdb_certificates: whether a database can have a certificate of its own; None for what the version says.
    :param replicas: name to sources of further databases like ``plain_database``, which replicate others.
    :param primary: uid of the node that begins as the primary. Every other one redirects API requests to it.
    :param handle_redirects: the setting by which a follower answers instead, with what the primary has; can be changed
        at any time.
    :param expires: days left for the initial certificates of certain names; negative: expired.
    :param optional: optional certificate names that are set from the start.
    :param unset: how an answer shows a name that is not set: ``omit``, ``empty`` or ``null``.
    :param lag: uid to seconds after which that node follows a change.
    :param down: uids of nodes that are down.
    :param internal: uid to the address that is reported for that node, in place of the one where it listens.
    :param external: uid to the external addresses that are reported for that node.
    :param internode_outage: seconds without the API after an update of an internode certificate, on versions with
        that bug (RS208996); several minutes on a real cluster.
    :param stale_proxy: seconds for which every second handshake with the database ``tls`` still presents the
        certificate from before a change, on versions with that bug (RS122668, RS154601).
    :param latency: seconds that pass before a new connection, to whichever port, is heard, and before each answer of
        HTTP, as on a network with that round trip; redis-server cannot.
    :param basic_auth: False switches Basic off, on versions that can.
    :param metrics_auth: the setting by which the metrics need Basic of a user with certain roles, on versions that have
        it; can be changed at any time.
    :param update_cert: False: a server that no longer has that path.
    :param bulk_put_missing_status: 404 in place of 405 where the bulk PUT is missing, as behind some proxies.
    :param rsa_only: only RSA cipher suites are configured.
    :param needs_root: a chain without its root is refused.
    :param refresh_jwt: False: a server without the path that gives a token for a token.
    :param mask_bdb_credentials: the setting by which databases show no passwords; can be changed at any time.
    :param scopes: the roles ``db_member`` and ``db_viewer`` to the uids of the only databases that they see.
    :param bdb_pending: seconds for which an accepted change of a database is under way, and another one is a 409.
    :param missing_wildcards: the initial certificates are not for ``*.fqdn``, on versions with that bug (RS170611).
    :param echoes: a hostile server: each refusal repeats what was sent, private keys included.
    :param directory: where the CA file goes; a temporary folder unless given.
    :ivar bdb_page_size: entries on a page of ``GET /v1/bdbs/certificates``; the vendor's own default is unknown.
    :ivar bdb_page_beyond: what a page beyond the end is: ``empty``, the ``last`` one again, or a ``404``.
    :raises ValueError: a value that makes no sense.
    """

    def __init__(
        self,
        nodes: int = 3,
        version: str = "8.0.20-96",
        fqdn: str = "cluster.example.com",
        *,
        versions: Sequence[str] | None = None,
        username: str = "admin@example.com",
        password: str | None = None,
        authority: Authority | None = None,
        api_port: int = 0,
        cm_port: int = 0,
        metrics_port: int = 0,
        database_port: int = 0,
        ports: Collection[str] = SERVICES,
        database: str = "auto",
        database_client_certificates: bool = False,
        active_active: bool | Sequence[ActiveActive] = False,
        plain_database: bool = False,
        tls_databases: int = 1,
        bdb_certificates: bool | None = None,
        replicas: Mapping[str, Sequence[ReplicaSource]] | None = None,
        primary: int = 1,
        handle_redirects: bool = False,
        expires: Mapping[str, float] | None = None,
        optional: Sequence[str] = (),
        unset: str = "omit",
        lag: Mapping[int, float] | None = None,
        down: Collection[int] = (),
        internal: Mapping[int, str] | None = None,
        external: Mapping[int, Sequence[str]] | None = None,
        internode_outage: float = 2.0,
        stale_proxy: float = 0.0,
        latency: float = 0.0,
        basic_auth: bool = True,
        metrics_auth: bool = False,
        update_cert: bool = True,
        bulk_put_missing_status: int = 405,
        rsa_only: bool = False,
        needs_root: bool = False,
        refresh_jwt: bool = True,
        mask_bdb_credentials: bool = False,
        scopes: Mapping[str, Collection[int]] | None = None,
        bdb_pending: float = 0.2,
        missing_wildcards: bool = False,
        echoes: bool = False,
        directory: str | Path | None = None,
    ) -> None:
        releases = [Release(text) for text in versions or [version] * nodes]
        lag, internal, external = lag or {}, internal or {}, external or {}
        check_nodes(nodes, len(releases), {primary, *lag, *down, *internal, *external})
        check_addresses([*internal.values(), *chain.from_iterable(external.values())])
        check_names(releases, expires or {}, optional)
        check_forms(unset, bulk_put_missing_status)
        check_seconds(
            internode_outage=internode_outage, stale_proxy=stale_proxy, latency=latency, bdb_pending=bdb_pending
        )
        check_services(ports)
        tls_only = {"database_client_certificates": database_client_certificates, "stale_proxy": stale_proxy}
        check_since(
            releases,
            {
                "basic_auth=False": (not basic_auth, "basic_can_be_off", "from version 8.2 on"),
                "metrics_auth": (metrics_auth, "metrics_auth", "from version 8.0.2 on"),
                "mask_bdb_credentials": (mask_bdb_credentials, "credentials_can_be_masked", "from version 8.0.20 on"),
                "scopes": (scopes, "roles_can_be_scoped", "from version 8.2 on"),
                "missing_wildcards": (missing_wildcards, "wildcard_names_can_be_missing", "before version 8.0.2-17"),
            },
        )
        check_scopes(scopes or {})
        shared = tuple(active_active) if isinstance(active_active, Sequence) else (ActiveActive(),) * active_active
        self.database = databases.chosen(database)
        check_database(database, shared, tls_only, latency and self.database == "redis")
        check_count(tls_databases, self.database)
        addresses = addresses_available(nodes)
        self.notice = None if len(addresses) == nodes else NO_NEIGHBOURS
        self.fqdn = fqdn
        self.username = username
        self.password = password or secrets.token_urlsafe(12)
        self.users = make_users(username, self.password)
        self._first_users = {user.role: user.username for user in self.users.values()}
        self.unset = unset
        self.update_cert = update_cert
        self.bulk_put_missing_status = bulk_put_missing_status
        self.suites = Suites.initial(rsa_only)
        self.needs_root = needs_root
        self.echoes = echoes
        self.refresh_jwt = refresh_jwt
        self.bdb_pending = bdb_pending
        self.metrics_auth = metrics_auth
        self.mask_bdb_credentials = mask_bdb_credentials
        self.internode_outage = internode_outage
        self.latency = latency
        self.active_active = shared
        tls = 0 if self.database == "none" else tls_databases
        self.bdbs = bdbs_of(tls, database_port, plain_database, shared, replicas or {})
        self.api_port = api_port
        self.cm_port = cm_port if "cm" in ports else CM_PORT
        self.metrics_port = metrics_port if "metrics" in ports else METRICS_PORT
        self._wanted_database_port = database_port
        self._bdb_certificates = bdb_certificates
        self.bdb_page_size = 2
        self.bdb_page_beyond = "empty"
        self.access = Access(self.users, fqdn, basic_auth, scopes)
        self.log = Log()
        self.metrics = Metrics(self)
        self.faults = Faults()
        self.initial = Initial(fqdn, len(addresses), expires or {}, tuple(optional), not missing_wildcards, authority)
        self._lock = threading.RLock()
        self.nodes = [
            Node(uid, address, releases[uid - 1], self._lock, lag.get(uid, 0.0), internal.get(uid), external.get(uid))
            for uid, address in enumerate(addresses, 1)
        ]
        self._primary = Primary(self.nodes, min(primary, len(self.nodes)), self._lock)
        self.handle_redirects = handle_redirects
        self._bugs = Bugs(self.nodes)
        self._outage = Outage(self.nodes, self._lock)
        self._stand_in = partial(databases.StandIn, stale=stale_proxy, client_certificates=database_client_certificates)
        self._initially_down = tuple(down)
        self._opened = frozenset(ports)
        self._wanted_directory = directory
        self._cleanup = ExitStack()
        self._ca_file: Path | None = None
        for crdb in self.active_active:
            crdb.join(self)

    def __repr__(self) -> str:
        return f"<Cluster {self.fqdn} {self.nodes!r}>"

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def start(self) -> None:
        """Make the certificates and open the ports.

        :raises OSError: a port cannot be bound.
        :raises RuntimeError: redis-server does not start.
        """
        pairs = self.initial.pairs()
        with ExitStack() as cleanup:
            private = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
            self._ca_file = Path(self._wanted_directory or private) / f"{self.fqdn}.pem"
            self._ca_file.write_text(self.initial.ca_pem(pairs), encoding="ascii")
            cleanup.callback(self._ca_file.unlink, missing_ok=True)
            for node in self.nodes:
                cleanup.callback(node.close)
                for name, held in pairs.items():
                    node.put(name, held)
            cleanup.enter_context(self._open_ports(private))
            for node in self.nodes:
                node.down = node.uid in self._initially_down
            self._outage.start()
            cleanup.callback(self._outage.close)
            self._cleanup = cleanup.pop_all()

    def close(self) -> None:
        """Close every port, end every process and thread, and remove the files."""
        self._cleanup.close()

    # What clients need to know.

    @property
    def url(self) -> str:
        """Return the URL of the API of the first node, which need not be the primary."""
        return self.nodes[0].url

    @property
    def ca_path(self) -> str:
        """Return a PEM file that verifies the initial certificate of the API; there once the cluster has started."""
        return str(self._ca_file)

    @property
    def database_port(self) -> int:
        """Return the port of the first database; while there is none, the one that it would have."""
        return next((bdb.port for bdb in self.bdbs if bdb.uid == FIRST_UID and bdb.port), self._wanted_database_port)

    @property
    def plain_database_port(self) -> int:
        """Return the port of the second database; 0 where there is none."""
        return next((bdb.port for bdb in self.bdbs if bdb.uid == PLAIN_UID), 0)

    def user(self, role: str) -> User:
        """Return the user who began with a role, whichever it has now.

        :raises KeyError: there is no such role.
        """
        return self.users[self._first_users[role]]

    def token(self, role: str = "admin") -> str:
        """Return a token for the user of a role, as ``POST /v1/users/authorize`` gives it."""
        return self.access.token(self.user(role))

    # What the API needs.

    def apply(self, changes: Mapping[str, Pair], skip_down: bool = False) -> bool:
        """Bring a change to all nodes.

        :param skip_down: whether a node that is down never learns of it.
        :returns: whether all nodes were up.
        """
        with self._lock:
            return spread(self.nodes, changes, skip_down)

    def update(self, changes: Mapping[str, Pair]) -> bool:
        """Bring what a client sets to all nodes, and suffer what comes of it on versions with that bug.

        :returns: whether all nodes were up.
        """
        complete = self.apply(self._bugs.stored(changes))
        internode = any(NAMES[name].internode for name in changes)
        if internode and any(node.release.internode_update_stops_api for node in self.nodes):
            self.outage(self.internode_outage)
        return complete

    def rotate(self, changes: Mapping[str, Pair], skip_down: bool) -> bool:
        """Bring internal certificates that the cluster has made to all nodes; parameters as in :meth:`apply`."""
        self._bugs.forget(changes)
        return self.apply(changes, skip_down)

    def reported(self, node: Node, name: str) -> Pair:
        """Return what the API of a node says that it holds, which is not the truth on versions with that bug."""
        return self._bugs.reported(node, name)

    def has_bdb_certificates(self, release: Release) -> bool:
        """Check whether a node of this release has the endpoints for certificates of databases."""
        return release.bdb_certificates if self._bdb_certificates is None else self._bdb_certificates

    def next_node(self, node: Node) -> Node:
        return self.nodes[node.uid % len(self.nodes)]

    def _open_ports(self, private: Path) -> ExitStack:
        """Open the ports of all nodes.

        :returns: what keeps the ports of databases without TLS closed.
        """
        ports = Ports(self.nodes, self.latency)
        self.api_port = ports.serve(self.api_port, "api", lambda node: Api(self, node).answer)
        for node in self.nodes:
            node.api_port = self.api_port
        if "cm" in self._opened:
            self.cm_port = ports.serve(self.cm_port, "cm", lambda _node: pages.manager)
        if "metrics" in self._opened:
            self.metrics_port = ports.serve(self.metrics_port, "metrics_exporter", self.metrics.answering)
        with ExitStack() as closed:
            for bdb in self.bdbs:
                if not bdb.tls:
                    bdb.port = closed.enter_context(ports.held_closed())
                elif self.database == "redis":
                    bdb.port = ports.start_redis(bdb.wanted_port, bdb.uid, private)
                else:
                    bdb.port = ports.listen(bdb.wanted_port, bdb.service, partial(self._stand_in, bdb=bdb.uid))
            return closed.pop_all()
