# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter contract_report."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.check import (
    DIFFERS,
    HOLDS,
    NOT_CHECKED,
    REASONS,
)

DOCUMENTATION = r"""
name: contract_report
short_description: Show what contract_info returned as text for an issue
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Formats the result of M(redis_enterprise.certificates.contract_info) as lines to paste into an issue. First the
    version of the collection, and what the results depend on; then the facts that differ, with what was seen; then
    counts; then what was not checked, and why.
  - Nothing in it identifies the cluster.
options:
  _input:
    description: The result of M(redis_enterprise.certificates.contract_info).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Check the cluster against the contract
  redis_enterprise.certificates.contract_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
  register: contract

- name: Show the report to paste into an issue
  ansible.builtin.debug:
    msg: "{{ contract | redis_enterprise.certificates.contract_report }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

_WIDTH = 110
_ROOT = Path(__file__).resolve().parents[2]


def _collection() -> str:
    """Return the version of the collection: that of its manifest where it is installed, else that of the checkout."""
    manifest = _ROOT / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    version = yaml.safe_load((_ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    return f"{version} (checkout)"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    counts = result["counts"]
    yield f"redis_enterprise.certificates {_collection()}, contract"
    yield from _wrapped("; ".join(result["server"]))
    if result["restored"] is not None:
        yield f"everything that was written was restored: {'yes' if result['restored'] else 'NO'}"
    yield ""
    for check in result["checks"]:
        if check["outcome"] == DIFFERS:
            yield from _wrapped(f"DIFFERS  {check['id']}: {check['title']}")
            yield from _wrapped(f"    seen: {'; '.join(check['seen']) or 'nothing'}")
            yield from _wrapped(f"    source: {check['source']}")
    yield f"holds: {counts[HOLDS]}, differs: {counts[DIFFERS]}, not checked: {counts[NOT_CHECKED]}"
    for reason, words in REASONS.items():
        ids = [check["id"] for check in result["checks"] if check["reason"] == reason]
        if ids:
            yield from _wrapped(f"not checked, {words}: {', '.join(ids)}")


def contract_report(result: Mapping[str, Any]) -> list[str]:
    """Return the lines: what differs first."""
    return list(_lines(result))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"contract_report": contract_report}
