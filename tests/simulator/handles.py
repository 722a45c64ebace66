# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests look at in a cluster, and what they change."""

from __future__ import annotations

import threading

from .access import Access
from .bugs import Bugs
from .faults import Fault, Faults
from .forgery import Forgery
from .listeners import Listener
from .outage import Outage
from .primary import Primary
from .record import Log, Request
from .state import Node, own_name, pair


class Handles:
    """The part of a cluster that is there for tests; clients of a real one have none of it."""

    nodes: list[Node]
    access: Access
    log: Log
    faults: Faults
    _bugs: Bugs
    _lock: threading.RLock
    _outage: Outage
    _primary: Primary

    @property
    def requests(self) -> list[Request]:
        """Return every request to the API so far, in order of arrival."""
        return self.log.all()

    @property
    def writes(self) -> list[Request]:
        """Return those that may change something, redirected ones included; asking for a token is none of them."""
        return [request for request in self.log.all() if request.writes]

    def clear_requests(self) -> None:
        self.log.clear()

    def handshakes(self, name: str, node: int | None = None) -> int:
        """Count the TLS handshakes begun, finished or not, on the ports that present the certificate ``name``.

        :param name: that of the certificate; ``proxy`` for the first database, ``bdb-UID`` for others.
        :param node: uid of the only node to look at; None for all.
        :raises KeyError: there is no such port, or it is that of redis-server, which does not count.
        """
        return sum(listener.handshakes for listener in self._listeners(name, node))

    def forge(self, name: str, node: int | None, forgery: Forgery | None) -> None:
        """Let ports present the certificate ``name`` without its private key, or with it again.

        Parameters and errors as in :meth:`handshakes`.
        """
        for listener in self._listeners(name, node):
            listener.forgery = forgery

    def _listeners(self, name: str, node: int | None) -> list[Listener]:
        services = [one.services[name] for one in self.nodes if node in (None, one.uid)]
        listeners = [service for service in services if isinstance(service, Listener)]
        if not listeners:
            raise KeyError(name)
        return listeners

    @property
    def primary(self) -> Node:
        """Return the node that answers API requests. When it is down, the next one that is up takes over."""
        return self._primary.node

    def move_primary(self, uid: int | None = None) -> None:
        """Make another node the primary; from any thread, also from a fault's ``effect``.

        :param uid: None for the next node that is up.
        :raises ValueError: there is no such node.
        """
        self._primary.move(self._primary.next_up.uid if uid is None else uid)

    def add_fault(self, fault: Fault) -> None:
        """Make the requests that match meet a fault.

        :raises ValueError: the fault names a primary that is no node of this cluster.
        """
        if fault.primary is not None and not 1 <= fault.primary <= len(self.nodes):
            raise ValueError(f"no node has the uid {fault.primary}")
        self.faults.add(fault)

    def clear_faults(self) -> None:
        self.faults.clear()

    def certificate(self, name: str) -> str | None:
        """Return what the first node holds, as PEM text."""
        return self.nodes[0].holds(name).certificate

    def set_certificate(self, name: str, pem: str | None, key: str | None = None) -> None:
        """Make every node hold this at once, unchecked; None for ``pem`` unsets the name."""
        with self._lock:
            for node in self.nodes:
                node.put(name, pair(pem, key))

    def set_bdb_certificate(self, uid: int, pem: str | None, key: str | None = None) -> None:
        """Make the database of this uid present a certificate of its own at once, unchecked; None: ``proxy`` again."""
        self.set_certificate(own_name(uid), pem, key)

    def set_role(self, username: str, role: str) -> None:
        """Give a user another role, from the next request on; tokens issued before lose or win by it as well.

        :raises KeyError: there is no such user.
        :raises ValueError: there is no such role.
        """
        self.access.set_role(username, role)

    def outage(self, seconds: float) -> None:
        """Close the API of all nodes for so long, whatever is open there; of several at a time the longest counts.

        Called while a request is handled, such as from a fault's ``effect``, it leaves that request its answer, the
        last one of its connection. A node that is down stays closed.

        :raises ValueError: not a time.
        """
        self._outage.begin(seconds)

    @property
    def degraded(self) -> bool:
        """Return whether nodes do not trust an internode certificate, on versions with that bug (RS194253)."""
        return self._bugs.degraded

    @property
    def ldap_login_works(self) -> bool:
        """Return whether LDAP users can log in: not without ``ldap_client``, on versions with that bug (RS193156)."""
        return self._bugs.ldap_login_works
