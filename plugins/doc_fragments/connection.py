# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in module_utils/_argspec.py."""

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
      - The port defaults to 9443 (with C(http://), to 8080). A path, a query or credentials are an error.
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
      - With V(false), nothing proves who answers. The login goes to whoever answers at O(url), and on to every address
        that the answers name as one of the cluster's nodes, when a redirect leads there or a node is away.
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
      - Seconds for a read at one address, from the connection to the last byte of the answer, proxy and TLS handshake
        included, however slowly the server sends; and for one look at a port. Only the resolution of a name cannot be
        cut short.
      - Of a write, for connecting, and for the body of the answer.
      - Where a node redirects or cannot be reached, the request goes on to other addresses, each with as much time,
        until three times O(timeout) have passed. A read ends after five times O(timeout) at the latest.
    type: float
    default: 30
  write_timeout:
    description:
      - Seconds for a write at one address, connecting included, until its answer has begun. The vendor lets a cluster
        take 900.
    type: float
    default: 900
  retries:
    description:
      - How often one request is sent again at the most. That is done for reads and updates after a refused or broken
        connection, a timeout while connecting, and the statuses 429, 500, 502, 503 and 504; for reads also after an
        answer that is empty or truncated, for updates also after 409.
        No other failure is repeated.
      - A write whose answer was lost is sent again only when a read shows that it was not made.
      - M(redis_enterprise.certificates.internal_certificate_rotation) has rules of its own for what it sends.
      - The pauses begin with O(retry_delay), double each time up to O(retry_max_delay), and are shortened by up to half
        at random. So one request can take (O(retries) + 1) times what O(timeout) (a write, O(write_timeout)) says, and
        O(retries) times O(retry_max_delay) at the most.
    type: int
    default: 5
  retry_delay:
    description:
      - Seconds before a request is sent again for the first time.
    type: float
    default: 0.5
  retry_max_delay:
    description:
      - Seconds, the longest pause before a request is sent again, also when the server asks for a longer one with
        C(Retry-After).
    type: float
    default: 30
  node_address:
    description:
      - Which addresses of the nodes this host can reach. The API says which ones a node has.
      - Only modules that look at the nodes' ports use it; the others accept it, so that it can be set for all.
    type: str
    choices: [internal, external, both]
    default: internal
  metrics_port:
    description:
      - The port of the metrics exporter on every node, which the API does not tell.
      - Only modules that look at the nodes' ports use it; the others accept it, so that it can be set for all.
    type: int
    default: 8070
"""
