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
        CertificateName("sso_service", since=(8, 0, 6, 54)),
        CertificateName("sso_issuer", keyed=False, since=(8, 0, 6, 54)),
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
        """Check whether this is the version given by up to four numbers, or a later one."""
        return self.number >= number

    def within(self, first: Number, fixed: Number) -> bool:
        """Check whether this is a version from ``first`` on, and before ``fixed``."""
        return first <= self.number < fixed

    @property
    def names(self) -> dict[str, CertificateName]:
        """Return the certificate names that this version knows."""
        return {name: entry for name, entry in NAMES.items() if self.number >= entry.since}

    def settable(self, name: str) -> bool:
        """Check whether a certificate of this name can be written."""
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
    def roles_can_be_scoped(self) -> bool:
        """Return whether roles for databases can be limited to some of them."""
        return self.at_least(8, 2)

    @property
    def cluster_health(self) -> bool:
        """Return whether ``GET /v4/cluster/health`` exists."""
        return self.at_least(8, 0, 16)

    @property
    def bdb_certificates(self) -> bool:
        """Return whether a database can have a certificate of its own; no release note says since when.

        The vendor's OpenAPI description has it since the time of 8.0.10.
        """
        return self.at_least(8, 0, 10)

    @property
    def metrics_v2(self) -> bool:
        """Return whether there are metrics of version 2."""
        return self.at_least(7, 8, 2)

    @property
    def metrics_auth(self) -> bool:
        return self.at_least(8, 0, 2)

    @property
    def credentials_can_be_masked(self) -> bool:
        return self.at_least(8, 0, 20)

    @property
    def errors_are_described(self) -> bool:
        """Return whether errors have ``description``; before, they have ``message``."""
        return self.at_least(8)

    @property
    def unparsable_status(self) -> int:
        """Return the status that ``update_cert`` answers to a certificate that cannot be parsed."""
        return 400 if self.at_least(8) else 404

    @property
    def needs_common_names(self) -> bool:
        """Return whether every certificate of a chain needs a Common Name: in all of 7.4 (RS61676)."""
        return not self.at_least(7, 5)

    @property
    def refuses_unknown_extensions(self) -> bool:
        """Return whether a chain with an extension that the server does not know is refused (RS125930)."""
        return not self.at_least(7, 4, 2, 216)

    @property
    def refusals_are_explained(self) -> bool:
        """Return whether the description of a refused upload says what is wrong: since 8.0.16-29 (RS185428)."""
        return self.at_least(8, 0, 16, 29)

    @property
    def checks_internode_purposes(self) -> bool:
        """Return whether an internode certificate without clientAuth is refused: since 7.22.2-79 and 8.0.10."""
        return self.at_least(8, 0, 10) or self.within((7, 22, 2, 79), (8, 0, 0, 0))

    @property
    def checks_key_type(self) -> bool:
        """Return whether the key type must fit the configured cipher suites: since 8.2.0."""
        return self.at_least(8, 2)

    @property
    def internode_update_stops_api(self) -> bool:
        """Return whether updating an internode certificate makes all nodes' APIs unreachable for minutes (RS208996)."""
        return not self.at_least(8, 0, 20, 96) or self.within((8, 2, 0, 0), (8, 2, 0, 47))

    @property
    def bulk_update_corrupts_internode(self) -> bool:
        """Return whether an update of the control plane's internode certificate with others corrupts it (RS199373)."""
        return self._internode_trouble

    @property
    def deep_internode_chain_degrades(self) -> bool:
        """Return whether nodes do not trust the intermediates of an internode chain of 3 or more levels (RS194253)."""
        return self._internode_trouble

    @property
    def _internode_trouble(self) -> bool:
        """Return whether the fix of 8.0.20-68 is missing; the vendor is silent on 8.2.0-25: it counts as affected."""
        return not self.at_least(8, 0, 20, 68) or self.within((8, 2, 0, 0), (8, 2, 0, 26))

    @property
    def internode_chain_reported_short(self) -> bool:
        """Return whether the API does not report the internode chain that was stored (RS176540)."""
        return self.within((7, 22, 2, 14), (7, 22, 2, 41)) or self.within((8, 0, 2, 17), (8, 0, 2, 41))

    @property
    def expired_pair_blocks_forced_update(self) -> bool:
        """Return whether a forced update is refused while ``proxy`` or ``syncer`` has expired (RS125934)."""
        return not self.at_least(7, 8, 2, 34)

    @property
    def expired_client_certificate_blocks_database(self) -> bool:
        """Return whether a database takes no update while one of its client certificates has expired (RS133653)."""
        return not self.at_least(7, 8, 2, 34)

    @property
    def ldap_login_needs_client_certificate(self) -> bool:
        """Return whether users of LDAP cannot log in unless ``ldap_client`` is set (RS193156)."""
        return self.within((8, 0, 16, 33), (8, 0, 18, 23))

    @property
    def client_certificate_login_on_primary_only(self) -> bool:
        """Return whether a follower that passes a request on does not pass the client certificate on (RS162972)."""
        return self.within((7, 8, 4, 18), (7, 22, 2, 14)) or self.within((8, 0, 0, 0), (8, 0, 2, 17))

    @property
    def wildcard_names_can_be_missing(self) -> bool:
        """Return whether the vendor's script leaves ``*.fqdn`` out of self-signed certificates (RS170611)."""
        return not self.at_least(8, 0, 2, 17)

    @property
    def old_proxy_workers_stay(self) -> bool:
        """Return whether some proxy workers present the previous certificate after an update (RS122668, RS154601)."""
        return not self.at_least(7, 8, 6, 36) or self.within((7, 9, 0, 0), (7, 22, 0, 95))

    @property
    def leftover_files_show(self) -> bool:
        """Return whether certificate files of databases that are gone show in metrics (RS187553)."""
        return not self.at_least(8, 0, 20, 19)

    @property
    def rotation_skips_down_nodes(self) -> bool:
        """Return whether internal rotation passes over nodes that are down and never comes back to them (RS200137)."""
        return not self.at_least(8, 2, 0, 46)
