# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Whether a change locks out the login that makes it, or the run that comes next. OpenSSL is the judge."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator

from .._api.cluster import Cluster
from .._connection import Connection
from .._transport.tls_context import Context, trusting_context
from .._transport.transport_errors import verify_error
from .._x509.finding import ERROR, Finding
from .._x509.trial import CannotTry, openssl_reason, refused_as_client, refused_as_server
from .plan import Change


def find_lockouts(change: Change, cluster: Cluster, connection: Connection) -> Iterator[Finding]:
    """Check whether a new C(mtls_trusted_ca), or its deletion, ends the login by client certificate (vendor, 7.8.4).

    The connection that is open goes on working, and proves nothing.
    """
    if change.name != "mtls_trusted_ca" or connection.client_cert is None:
        return
    other_login = connection.token is not None or connection.username is not None
    if change.action == "delete" and not other_login:
        found = "without the CA bundle, the API refuses client_cert"
        yield _login_lost(cluster, found, "Use a token, or a user name and a password, to delete it")
    # With another login, the client certificate may be meant for a load balancer.
    demanded = not other_login or cluster.settings.get("mtls_certificate_authentication") is True
    if change.update is not None and demanded:
        try:
            refused = refused_as_client(connection.client_cert, connection.client_key, change.update.certificate)
        except CannotTry:
            return
        if refused is not None:
            found = f"the new CA bundle does not verify client_cert ({refused})"
            yield _login_lost(cluster, found, "Add the CA that issued client_cert to the bundle")


def _login_lost(cluster: Cluster, found: str, remedy: str) -> Finding:
    if cluster.settings.get("control_plane_basic_authentication") is False:
        remedy += "; basic authentication is off, so that only rladmin on a node could restore access"
    return Finding("client_login_lost", ERROR, "mtls_trusted_ca", found, remedy, "vendor, certificate-based login")


def warn_about_next_run(changes: Iterable[Change], connection: Connection, warn: Callable[[str], None]) -> None:
    """Warn where the next run, with the same options, would not accept the new certificate of the API.

    Raises:
        CertificateError: C(ca_path) is not usable.
    """
    for change in changes:
        problem = _refused_by_next_run(change, connection)
        if problem is not None:
            warn(f"{change.name}: the next run will fail on the new certificate: {problem}")


def _refused_by_next_run(change: Change, connection: Connection) -> str | None:
    """Return why, and what to do about it."""
    update = change.update
    verified = connection.validate_certs and connection.url.startswith("https:")
    if change.name != "api" or not verified or update is None or update.private_key is None:
        return None
    trust = trusting_context(connection.ca_path, _as_it_is)
    try:
        error = refused_as_server(update.certificate, update.private_key, trust, connection.host)
    except CannotTry:
        return None
    if error is None:
        return None
    if isinstance(error, ssl.SSLCertVerificationError):
        _kind, cause, next_step = verify_error(error, connection)
    else:
        cause, next_step = f"TLS handshake failed ({openssl_reason(error)})", "Use a key of type RSA or EC (P-256)"
    return f"{cause}. {next_step}."


def _as_it_is(_context: Context) -> None:
    """Leave a context as it was made: names are checked by OpenSSL."""
