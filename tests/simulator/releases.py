# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server version knows and does: data, and how to compare versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)-(\d+)", re.ASCII)
Number = tuple[int, int, int, int]


@dataclass(frozen=True)
class CertificateName:
    """A certificate name of the contract, section 3."""

    name: str
    required: bool = False
    keyed: bool = True
    internode: bool = False
    since: Number = (0, 0, 0, 0)
    settable_since: Number = (0, 0, 0, 0)


_INTERNODE_SETTABLE = (7, 22, 2, 0)
NAMES = {
    entry.name: entry
    for entry in (
        CertificateName("api", required=True),
        CertificateName("cm", required=True),
        CertificateName("metrics_exporter", required=True),
        CertificateName("proxy", required=True),
        CertificateName("syncer", required=True),
        CertificateName("ccs_internode_encryption", required=True, internode=True, settable_since=_INTERNODE_SETTABLE),
        CertificateName("data_internode_encryption", required=True, internode=True, settable_since=_INTERNODE_SETTABLE),
        CertificateName("ldap_client"),
        CertificateName("mtls_trusted_ca", keyed=False, since=(7, 8, 4, 0)),
        CertificateName("sso_service", since=(8, 0, 0, 0)),
        CertificateName("sso_issuer", keyed=False, since=(8, 0, 0, 0)),
    )
}


@dataclass(frozen=True)
class Release:
    """A ``software_version``, such as ``8.0.20-96``.

    :raises ValueError: the text is not of that form.
    """

    text: str

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.text):
            raise ValueError(f"version {self.text!r} is not of the form 8.0.20-96")

    @cached_property
    def number(self) -> Number:
        match = _VERSION.fullmatch(self.text)
        assert match is not None
        major, minor, patch, build = map(int, match.groups())
        return major, minor, patch, build

    def at_least(self, *number: int) -> bool:
        """Whether this is the version given by up to four numbers, or a later one."""
        return self.number >= number

    @property
    def names(self) -> dict[str, CertificateName]:
        """The certificate names that this version knows."""
        return {name: entry for name, entry in NAMES.items() if self.number >= entry.since}

    def settable(self, name: str) -> bool:
        """Whether a certificate of this name can be written."""
        entry = self.names.get(name)
        return entry is not None and self.number >= entry.settable_since

    @property
    def bulk_put(self) -> bool:
        return self.at_least(7, 22, 2)

    @property
    def client_certificate_login(self) -> bool:
        return self.at_least(7, 8, 4)

    @property
    def basic_can_be_off(self) -> bool:
        return self.at_least(8, 2)

    @property
    def cluster_health(self) -> bool:
        """Whether ``GET /v4/cluster/health`` exists."""
        return self.at_least(8, 0, 16)

    @property
    def bdb_certificates(self) -> bool:
        """Whether a database can have a certificate of its own; no release note says since when.

        The vendor's OpenAPI description has it since the time of 8.0.10.
        """
        return self.at_least(8, 0, 10)

    @property
    def metrics_v2(self) -> bool:
        """Whether there are metrics of version 2."""
        return self.at_least(7, 8, 2)

    @property
    def metrics_auth(self) -> bool:
        return self.at_least(8, 0, 2)

    @property
    def credentials_can_be_masked(self) -> bool:
        return self.at_least(8, 0, 20)

    @property
    def errors_are_described(self) -> bool:
        """Whether errors have ``description`` and ``status_code``; before, they have ``message``."""
        return self.at_least(8)

    @property
    def unparsable_status(self) -> int:
        """What ``update_cert`` answers to a certificate that cannot be parsed."""
        return 400 if self.at_least(8) else 404

    @property
    def needs_common_names(self) -> bool:
        """RS61676: every certificate of a chain needs a Common Name, up to 7.4.2."""
        return not self.at_least(7, 4, 3)

    @property
    def checks_internode_purposes(self) -> bool:
        """Since 7.22.2-79 and 8.0.10 an internode certificate without clientAuth is refused."""
        return self.at_least(8, 0, 10) or (7, 22, 2, 79) <= self.number < (8, 0, 0, 0)

    @property
    def checks_key_type(self) -> bool:
        """Since 8.2.0 the key type must fit the configured cipher suites."""
        return self.at_least(8, 2)

    @property
    def internode_update_stops_api(self) -> bool:
        """RS208996: after an update of an internode certificate no node's API can be reached for minutes."""
        return not self.at_least(8, 0, 20, 96)

    @property
    def old_proxy_workers_stay(self) -> bool:
        """RS122668, RS154601: some workers of the proxy still present the certificate from before an update."""
        return not self.at_least(7, 8, 6, 36) or (7, 9, 0, 0) <= self.number < (7, 22, 0, 95)

    @property
    def leftover_files_show(self) -> bool:
        """RS187553: certificate files of databases that are gone show in metrics."""
        return not self.at_least(8, 0, 20, 19)

    @property
    def rotation_skips_down_nodes(self) -> bool:
        """RS200137: internal rotation passes over nodes that are down and never comes back to them."""
        return not self.at_least(8, 2, 0, 46)
