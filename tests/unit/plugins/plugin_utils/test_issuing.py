# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was issued and cannot be used is not ordered again from a CA with limits, if the next order is the same."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._issuing import IssuingAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.refusals import check_refusals
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.steps import StepFailed
from chains import FQDN, make

ROOT = make("Root", ca=True)
ISSUING = make("Issuing", ROOT, ca=True)
LEAF = make(FQDN, ISSUING)
STRANGER = make("Stranger", ca=True)
ENTRY = dict.fromkeys(("names", "key_type", "key_size", "issuer", "ca")) | {
    "name": "proxy",
    "source": "acme",
    "index": 0,
    "issues": True,
}

TASK: Any = SimpleNamespace(check_mode=False)  # as much of it as is read


class Issuing(IssuingAction):
    """The action with variables of its own, and a cluster that refuses what it is told to."""

    def __init__(self, source: dict[str, Any], refused_for: str | None) -> None:
        self._source, self._refused_for, self.plan = source, refused_for, {"authorities": {}}

    @property
    def values(self) -> dict[str, Any]:
        options = ("keep_material", "compare", "verify", "verify_timeout", "rollback", "wait_timeout", "requirements")
        return {
            **{
                f"rotation_{option}": None for option in (*options, "allow_inactive_nodes", "verify_unchanged", "force")
            },
            "rotation_certificates": [{"name": "proxy", "source": {"acme": self._source}}],
            "rotation_renew_before": 30,
        }

    def wanted(self) -> Any:
        return SimpleNamespace(values=self.values)

    def host(self) -> Any:
        return SimpleNamespace(name="one")

    def step(self, *_step: Any, **_how: Any) -> dict[str, Any]:
        if self._refused_for:
            raise StepFailed({"msg": "refused", "failure": {"kind": self._refused_for}})
        return {"changed": False}


@pytest.mark.parametrize(
    ("kind", "source", "chain", "refused_for", "noted"),
    [
        ("issuer_missing", {"issuers": STRANGER.pem}, [LEAF, ISSUING], None, True),
        ("chain_order", {}, [LEAF, ISSUING, STRANGER], None, True),
        ("invalid_certificate", {}, [], None, True),
        ("requirements_not_met", {}, [LEAF, ISSUING], "requirements_not_met", True),
        ("certificate_not_yet_valid", {}, [LEAF, ISSUING], "certificate_not_yet_valid", True),
        # These pass, or are seen before the next order.
        ("node_not_active", {}, [LEAF, ISSUING], "node_not_active", False),
        ("connection_refused", {}, [LEAF, ISSUING], "connection_refused", False),
    ],
)
def test_what_the_next_order_would_meet_again_is_noted(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    source: dict[str, Any],
    chain: list[Any],
    refused_for: str | None,
    noted: bool,
) -> None:
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    action = Issuing(source, refused_for)
    got = {"certificate": "".join(one.pem for one in chain), "private_key": LEAF.key_pem}
    with pytest.raises(CertificateError) as raised:
        action.take(TASK, ENTRY, got)
    assert raised.value.kind == kind
    assert any(tmp_path.rglob("*.json")) is noted


def test_other_issuers_in_a_file_are_another_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    issuers = tmp_path / "issuers.pem"
    issuers.write_text(STRANGER.pem)
    action = Issuing({"issuers_path": str(issuers)}, None)
    got = {"certificate": LEAF.pem + ISSUING.pem, "private_key": LEAF.key_pem}
    with pytest.raises(CertificateError, match="issuers_path: none of its certificates issued"):
        action.take(TASK, ENTRY, got)
    with pytest.raises(CertificateError, match="none of its certificates issued") as raised:
        check_refusals("one", [ENTRY], action.values)
    assert raised.value.kind == "refused_before"
    issuers.write_text(ROOT.pem)
    check_refusals("one", [ENTRY], action.values)
