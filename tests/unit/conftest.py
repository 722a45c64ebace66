# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material that unit tests share. Issued once: a certificate authority is slow."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from cryptography import x509
from simulator.authority import Authority, Material


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(common_name="Unit test CA")


@pytest.fixture(scope="session")
def namesake(authority: Authority) -> x509.Certificate:
    """A root of the same name with another key; keys are used again after a while."""
    own = x509.SubjectKeyIdentifier.from_public_key(authority.certificate.public_key())
    while True:
        other = Authority(common_name=authority.common_name).certificate
        if x509.SubjectKeyIdentifier.from_public_key(other.public_key()) != own:
            return other


@pytest.fixture(scope="session")
def material(authority: Authority) -> Material:
    """A leaf, two intermediates and the root."""
    return authority.issue("cluster.example.com", intermediates=2)


@pytest.fixture(scope="session")
def other(authority: Authority) -> Material:
    return authority.issue("cluster.example.com", key="ec")


@pytest.fixture
def now() -> datetime:
    return datetime.now(timezone.utc)
