# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What the connection options of every module and the environment come to: which cluster, who asks, what is trusted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ._errors import CertificateError, invalid_option
from ._hostnames import LONGEST_NAME, host_and_port
from ._secrets import Secret, keys_in, quoted

#: The environment variable of each option that has one.
ENVIRONMENT = {
    "url": "REDIS_ENTERPRISE_URL",
    "username": "REDIS_ENTERPRISE_USER",
    "password": "REDIS_ENTERPRISE_PASSWORD",
    "token": "REDIS_ENTERPRISE_TOKEN",
    "client_cert": "REDIS_ENTERPRISE_CLIENT_CERT",
    "client_key": "REDIS_ENTERPRISE_CLIENT_KEY",
    "ca_path": "REDIS_ENTERPRISE_CA_CERT",
}
INSECURE = "REDIS_ENTERPRISE_INSECURE"

#: The API's port with TLS, and without (vendor: network ports).
DEFAULT_PORT = {"https": 9443, "http": 8080}


@dataclass(frozen=True)
class Connection:
    """The validated connection options: the cluster, the credentials and what is trusted."""

    url: str  # scheme://host:port
    host: str
    username: str | None
    password: Secret | None
    token: Secret | None
    client_cert: str | None
    client_key: str | None
    validate_certs: bool
    ca_path: str | None
    timeout: float  # seconds
    write_timeout: float  # seconds
    retries: int
    retry_delay: float  # seconds
    retry_max_delay: float  # seconds
    node_address: str  # "internal", "external" or "both"
    metrics_port: int
    warnings: tuple[str, ...]


def find_secrets(params: Mapping[str, Any], environ: Mapping[str, str]) -> set[str]:
    """Return values that Ansible must mask although no option marked C(no_log) holds them."""
    found = {environ.get(ENVIRONMENT["password"]), environ.get(ENVIRONMENT["token"])}
    # Also those that were pasted behind a certificate.
    found |= keys_in([params, *map(environ.get, ENVIRONMENT.values())])
    holders = (params, *(params.get("clusters") or ()))
    urls = [one.get("url") for one in holders]
    for url in (*urls, environ.get(ENVIRONMENT["url"]), *(params.get("endpoints") or ())):
        try:
            found.add(urlsplit(url if "//" in (url or "") else f"//{url}").password)
        except ValueError:
            pass
    return {value for value in found if value}


def name_secrets(params: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that people choose, each with what holds it, for messages.

    Args:
        params: of whatever types, as they were given.
    """
    found = {}
    for option in ("password", "token"):
        found[environ.get(ENVIRONMENT[option], "")] = f"environment variable {ENVIRONMENT[option]}"
    entries = params.get("certificates")
    for holder in (*(entries if isinstance(entries, list) else ()), params):
        for option in ("private_key_passphrase", "password", "token") if isinstance(holder, Mapping) else ():
            value = holder.get(option)
            found[value if isinstance(value, str) else ""] = f"option {option}"
    return {secret: holder for secret, holder in found.items() if secret}


def check_range(params: Mapping[str, Any], option: str, lowest: float, highest: float, unit: str) -> None:
    """Check an option that holds a number, if it is given.

    Raises:
        CertificateError: it is out of range, or not a number.
    """
    if params[option] is not None and not lowest <= params[option] <= highest:
        raise invalid_option(option, f"must be a number from {lowest:g} to {highest:g} ({unit})", "Change the value")


def _path_check(option: str, path: str | None) -> None:
    if path is not None and not os.path.isfile(path):
        raise invalid_option(
            option,
            f"{quoted(os.path.abspath(path))} is not a file",
            "Check the path; it is read where the module runs",
        )


def find_ca_path(params: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """Return C(ca_path), also where no connection is wanted.

    Raises:
        CertificateError: it is not a file.
    """
    path = params["ca_path"] or environ.get(ENVIRONMENT["ca_path"]) or None
    _path_check("ca_path", path)
    return path


def split_url(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port.

    Raises:
        CertificateError: it is not the URL of an API.
    """
    # The URL is not repeated in messages: it may hold a password.
    example = "Give it as https://cluster.example.com:9443"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise invalid_option("url", "not a valid URL", example) from None
    if parts.scheme not in DEFAULT_PORT:
        raise invalid_option("url", "must start with https://", example)
    if parts.username is not None or parts.password is not None:
        raise invalid_option(
            "url", "must not contain credentials (user:password@)", "Set username and password instead"
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise invalid_option(
            "url", "must not contain a path, a query or a fragment", f"{example}; the module adds the paths of the API"
        )
    if host and len(host) > LONGEST_NAME + 1:
        raise invalid_option("url", f"the host is longer than {LONGEST_NAME} characters", example)
    if not host or port == 0 or any(character.isspace() for character in parts.netloc):
        raise invalid_option("url", "must name a host and a valid port", example)
    return parts.scheme, host, port or DEFAULT_PORT[parts.scheme]


def _environment_bool(name: str, environ: Mapping[str, str]) -> bool:
    value = environ.get(name, "").strip().lower()
    if value in ("", "0", "false", "no", "off", "n", "f"):
        return False
    if value in ("1", "true", "yes", "on", "y", "t"):
        return True
    raise CertificateError(
        "invalid_option", f"the environment variable {name} must be true or false. Set it to one of them, or unset it."
    )


def _token(value: str) -> Secret:
    token = value.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise invalid_option(
            "token",
            "contains characters that are not allowed in a token",
            "Give the access_token that the API returned",
        )
    return Secret(token)


def parse_connection(params: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Combine the task's options with the environment.

    What the task gives wins over the environment, by kind: a task that gives a token does not also log in with the
    user of the environment, and one that gives C(ca_path) is not made insecure by it.

    Args:
        params: the task's options, with C(None) for what was not given.
        environ: usually C(os.environ).

    Raises:
        CertificateError: an option is missing, malformed, or contradicts another.
    """

    def given(option: str) -> Any:
        return params[option] if params[option] not in (None, "") else None

    def either(option: str) -> Any:
        return given(option) or environ.get(ENVIRONMENT[option]) or None

    url = either("url")
    if url is None:
        raise invalid_option("url", "missing", f"Give it, or set {ENVIRONMENT['url']}")
    scheme, host, port = split_url(url)
    warnings = []
    if scheme == "http":
        if not params["allow_http"]:
            raise invalid_option(
                "url", "http:// sends private keys in clear text", "Use https://, or set allow_http=true"
            )
        warnings.append("url starts with http://: credentials and private keys cross the network in clear text")

    if given("username") or given("password"):
        token = None
    else:
        token = either("token")
    username = password = None
    if token is None:
        username, password = either("username"), either("password")
    if (username is None) != (password is None):
        option = "password" if password is None else "username"
        raise invalid_option(option, "missing", f"Give it, or set {ENVIRONMENT[option]}")

    client_cert = either("client_cert")
    client_key = given("client_key") if given("client_cert") else either("client_key")
    if client_key and not client_cert:
        raise invalid_option("client_cert", "missing", "Give it with client_key, or remove client_key")
    if token is None and username is None and client_cert is None:
        raise CertificateError(
            "invalid_option",
            "no credentials given. Give username and password, or token, or client_cert and client_key, as options or "
            f"through {ENVIRONMENT['username']} and {ENVIRONMENT['password']}, {ENVIRONMENT['token']}, or "
            f"{ENVIRONMENT['client_cert']}.",
            option="username",
        )

    validate_certs = params["validate_certs"]
    if validate_certs is None:
        validate_certs = bool(given("ca_path")) or not _environment_bool(INSECURE, environ)
    ca_path = either("ca_path") if validate_certs else None
    for option, path in (("client_cert", client_cert), ("client_key", client_key), ("ca_path", ca_path)):
        _path_check(option, path)

    for option in ("timeout", "write_timeout"):
        check_range(params, option, 0.001, 86400, "seconds")
    for option in ("retry_delay", "retry_max_delay"):
        check_range(params, option, 0, 3600, "seconds")
    check_range(params, "retries", 0, 100, "times")
    check_range(params, "metrics_port", 1, 65535, "port")

    return Connection(
        url=f"{scheme}://{host_and_port(host, port)}",
        host=host,
        username=username,
        password=Secret(password) if password else None,
        token=_token(token) if token else None,
        client_cert=client_cert,
        client_key=client_key,
        validate_certs=validate_certs,
        ca_path=ca_path,
        timeout=params["timeout"],
        write_timeout=params["write_timeout"],
        retries=params["retries"],
        retry_delay=params["retry_delay"],
        retry_max_delay=params["retry_max_delay"],
        node_address=params["node_address"],
        metrics_port=params["metrics_port"],
        warnings=tuple(warnings),
    )
