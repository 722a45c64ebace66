# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in module_utils/_options.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that every module shares."""

    DOCUMENTATION = r"""
requirements:
  - requests >= 2.25
  - cryptography >= 40.0
notes:
  - A login that the task gives wins over one in the environment as a whole. A task with O(token) does not also use
    the user of the environment, and a task with O(ca_path) is not made insecure by E(REDIS_ENTERPRISE_INSECURE).
    When the environment has both, the token is used.
  - C(.netrc), E(REQUESTS_CA_BUNDLE), E(SSL_CERT_FILE) and their like change neither the login nor what is trusted.
    Proxy variables such as E(HTTPS_PROXY) and E(NO_PROXY) are honoured.
  - Redirects are not followed, so that a login reaches no other host.
options:
  url:
    description:
      - Where the REST API of the cluster is, such as V(https://cluster.example.com:9443).
      - The port defaults to 9443 (with C(http://), to 8080). A path, a query or user info is an error.
      - If not set, the environment variable E(REDIS_ENTERPRISE_URL) is used.
    type: str
  username:
    description:
      - The user (an e-mail address) for Basic authentication.
      - If not set, the environment variable E(REDIS_ENTERPRISE_USER) is used.
    type: str
  password:
    description:
      - The password of O(username).
      - If not set, the environment variable E(REDIS_ENTERPRISE_PASSWORD) is used.
    type: str
  token:
    description:
      - A JSON web token that C(POST /v1/users/authorize) returned, instead of O(username) and O(password).
      - If not set, the environment variable E(REDIS_ENTERPRISE_TOKEN) is used.
    type: str
  client_cert:
    description:
      - Path of a TLS client certificate (PEM) that the certificate V(mtls_trusted_ca) of the cluster signed. Instead
        of the other logins, or beside them.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - Path of the private key of O(client_cert), not encrypted. Not needed when that file holds it too.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CLIENT_KEY) is used, unless O(client_cert) is set.
    type: path
  validate_certs:
    description:
      - Whether the certificate of the API is verified.
      - If not set, it is V(true), unless the environment variable E(REDIS_ENTERPRISE_INSECURE) is true and
        O(ca_path) is not set.
    type: bool
  ca_path:
    description:
      - Path of a PEM file that the certificate of the API must chain to. A cluster that was never touched serves a
        self-signed certificate; then this is that certificate.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CA_CERT) is used, and after it the trust store of the
        operating system.
    type: path
    aliases: [ca_cert]
  allow_http:
    description:
      - Whether O(url) may start with C(http://), which sends the login and private keys in the clear. Gives a warning.
    type: bool
    default: false
  timeout:
    description:
      - Seconds to wait for a connection, and for the answer to a read.
    type: float
    default: 30
  write_timeout:
    description:
      - Seconds to wait for the answer to a write. The vendor lets a cluster take 900.
    type: float
    default: 900
"""
