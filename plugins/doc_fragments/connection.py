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
  - Credentials in the task replace all credentials in the environment. A task with O(token) does not also use the user
    of the environment, and a task with O(ca_path) is not made insecure by E(REDIS_ENTERPRISE_INSECURE). When the
    environment has both, the token is used.
  - C(.netrc), E(REQUESTS_CA_BUNDLE), E(SSL_CERT_FILE) and similar settings change neither the credentials nor what is
    trusted. Proxy variables such as E(HTTPS_PROXY) and E(NO_PROXY) are honoured.
  - Redirects are followed only to the cluster's own nodes, so that credentials reach no other host.
options:
  url:
    description:
      - The URL of the cluster's REST API, such as V(https://cluster.example.com:9443).
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
      - Path of a TLS client certificate (PEM) that the certificate V(mtls_trusted_ca) of the cluster signed. Use it
        instead of the other credentials, or together with them.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - Path of the private key of O(client_cert), not encrypted. Not needed when that file contains it.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CLIENT_KEY) is used, unless O(client_cert) is set.
    type: path
  validate_certs:
    description:
      - Whether to verify the certificate of the API.
      - With V(false), nothing proves which server responds. The credentials are sent to the server at O(url), and to
        every address that its responses name as one of the cluster's nodes, if a redirect leads there or a node is
        unreachable.
      - If not set, it is V(true), unless the environment variable E(REDIS_ENTERPRISE_INSECURE) is true and
        O(ca_path) is not set.
    type: bool
  ca_path:
    description:
      - Path of a PEM file that the certificate of the API must chain to. A new cluster presents a self-signed
        certificate; give that certificate itself.
      - If not set, the environment variable E(REDIS_ENTERPRISE_CA_CERT) is used, and after it the trust store of the
        operating system.
    type: path
    aliases: [ca_cert]
  allow_http:
    description:
      - Whether O(url) may start with C(http://), which sends credentials and private keys in clear text. Gives a
        warning.
    type: bool
    default: false
  timeout:
    description:
      - Seconds for a read at one address, from the connection to the last byte of the response, including proxy and TLS
        handshake, however slowly the server sends; and for one handshake with a port. Only the resolution of a name
        cannot be limited.
      - For a write, seconds to connect, and seconds for the body of the response.
      - If a node redirects or cannot be reached, the request goes on to other addresses, each with as much time, until
        three times O(timeout) have passed. A read ends after five times O(timeout) at the latest.
    type: float
    default: 30
  write_timeout:
    description:
      - Seconds for a write at one address, including the connection, until its response starts. The vendor allows a
        cluster 900.
    type: float
    default: 900
  retries:
    description:
      - The maximum number of retries of one request. Reads and updates are retried after a refused or broken
        connection, a timeout while connecting, and the statuses 429, 500, 502, 503 and 504; reads also after a response
        that is empty or truncated, updates also after 409, and where the host name is not resolved or a proxy does not
        lead to the cluster. Nothing else is retried.
      - A write that got no response is sent again only if a read shows that it had no effect.
      - M(redis_enterprise.certificates.internal_certificate_rotation) has its own rules for what it sends.
      - The pauses start at O(retry_delay), double each time up to O(retry_max_delay), and are shortened by up to half
        at random. One request can therefore take up to (O(retries) + 1) times the limit of O(timeout) (a write,
        O(write_timeout)) plus O(retries) times O(retry_max_delay).
    type: int
    default: 5
  retry_delay:
    description:
      - Seconds before a request is sent again for the first time.
    type: float
    default: 0.5
  retry_max_delay:
    description:
      - The longest pause before a request is sent again, in seconds, even if the server asks for a longer one with
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
      - The port of the metrics exporter on every node. The API does not report it.
      - Only modules that look at the nodes' ports use it; the others accept it, so that it can be set for all.
    type: int
    default: 8070
"""
