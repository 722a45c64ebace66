# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What results show of a finding."""

from __future__ import annotations

import dataclasses

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.finding import Finding, FindingEntry


def test_a_finding_in_results_has_the_fields_of_its_type() -> None:
    assert {field.name for field in dataclasses.fields(Finding)} == set(FindingEntry.__annotations__)
    assert Finding("id", "error", "proxy", "found", "remedy", "source").as_dict()["remedy"] == "remedy"
