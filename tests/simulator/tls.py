# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server-side TLS contexts made from PEM text."""

from __future__ import annotations

import ssl
import tempfile


def server_context(
    certificate: str, key: str, client_authority: str | None = None, client_required: bool = False
) -> ssl.SSLContext:
    """Return a context that presents ``certificate`` and, given ``client_authority``, takes client certificates.

    No session is resumed: each connection must show the certificate.

    :param client_required: whether a client without a certificate is refused. In TLS 1.2 only, where its handshake
        fails; in TLS 1.3 it would be over before the server judges the client.
    :raises ssl.SSLError: OpenSSL cannot serve this pair.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    # The standard library reads a chain from files only; these are private and live for this call.
    with tempfile.NamedTemporaryFile("w") as chain_file, tempfile.NamedTemporaryFile("w") as key_file:
        chain_file.write(certificate)
        chain_file.flush()
        key_file.write(key)
        key_file.flush()
        context.load_cert_chain(chain_file.name, key_file.name)
    if client_authority is not None:
        try:
            context.load_verify_locations(cadata=client_authority)
        except ValueError as error:
            raise ssl.SSLError(str(error)) from None
        context.verify_mode = ssl.CERT_REQUIRED if client_required else ssl.CERT_OPTIONAL
    if client_required:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context
