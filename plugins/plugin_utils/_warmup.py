# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is slow when it is done for the first time, done before Ansible forks its workers: each of them does one task.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import importlib
import ssl
from datetime import datetime, timedelta, timezone

from ansible.plugins.loader import filter_loader, test_loader
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed

try:
    import requests
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID
except ImportError:  # _libraries reports it
    pass

_HOST = "prepared.invalid"  # RFC 2606: it is never looked up


def prepare() -> None:
    """Let the libraries and the interpreter make what they keep. Opens no connection and no file.

    That takes some 10 ms once, and 4 off every task.
    """
    pem = _certificate().public_bytes(Encoding.PEM).decode("ascii")
    _greet(pem)
    with requests.Session() as session:
        session.trust_env = False
        session.prepare_request(requests.Request("GET", f"https://{_HOST}/"))
    now = datetime.now(timezone.utc)
    Installed.of("proxy", Stored(pem, None), now).described(_HOST, frozenset({"8.0.0-1"}), now)


def prepare_templates() -> None:
    """Load Ansible's own filters and tests, which it does for the first template that has one."""
    filter_loader.get("ansible.builtin.bool")
    test_loader.get("ansible.builtin.match")


def prepare_steps(*names: str) -> None:
    """Import actions that another one runs, which Ansible would do in its worker.

    Args:
        names: of their modules.
    """
    for name in names:
        importlib.import_module(f"ansible_collections.redis_enterprise.certificates.plugins.action.{name}")


def _certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HOST)])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(_HOST)])
    return builder.add_extension(names, critical=False).sign(key, SHA256())


def _greet(pem: str) -> None:
    """Begin a handshake, with no server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=_HOST)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        pass
