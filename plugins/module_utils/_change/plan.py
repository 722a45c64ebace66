# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Plan the changes from the installed and the desired certificates. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._api.client import Update
from .._errors import CertificateError, MaterialProblem
from .._product.names import CA_BUNDLES, INTERNODE, REQUIRED
from .._state.desired import Desired
from .._state.goal import ExpectedChain
from .._state.installed import Installed, InstalledFacts, installed_facts
from .._x509.certificate import to_iso, to_pem, without_colons
from .._x509.private_key import key_to_pem, normalise_key
from .ordering import Write
from .wanted import Wanted

#: The facts that a diff shows: what identifies a certificate, without values that change over time.
_DIFF_FACTS = (
    "subject",
    "issuer",
    "serial_number",
    "subject_alternative_names",
    "not_before",
    "not_after",
    "chain_fingerprints",
)


@dataclass(frozen=True)
class Change:
    """The planned action for one certificate.

    Attributes:
        action: V(none), V(update) or V(delete).
        reason: V(same), V(absent) or V(known_bug) for nothing; V(not_set), V(not_readable), V(leaf_differs),
            V(chain_differs), V(bundle_differs), V(node_differs) or V(forced) for an update; V(not_wanted) or
            V(not_listed) for a deletion.
    """

    name: str
    action: str
    reason: str
    installed: Installed | None
    after: InstalledFacts | None  # as they will be
    old: ExpectedChain
    new: ExpectedChain
    update: Update | None = None  # what is sent, if something is
    material: Desired | None = None  # what is wanted, if something is

    @property
    def before(self) -> InstalledFacts | None:
        """Return facts about what was there."""
        return self.installed.facts if self.installed else None

    @property
    def diff(self) -> dict[str, Any]:
        """Return the facts for diff mode, never PEM."""
        return {
            "before_header": f"certificate {self.name}",
            "after_header": f"certificate {self.name}",
            "before": _diff_side(self.before),
            "after": _diff_side(self.after),
        }


def _diff_side(facts: InstalledFacts | None) -> dict[str, object]:
    if facts is None:
        return {}
    shown: Mapping[str, object] = {**facts, "chain_fingerprints": without_colons(facts["chain_fingerprints"] or ())}
    return {key: shown[key] for key in _DIFF_FACTS}


def _state_of(installed: Installed | None) -> ExpectedChain:
    if installed is None:
        return ExpectedChain()
    compare = "set" if installed.name in CA_BUNDLES else "chain"
    if not installed.chain:
        return ExpectedChain(installed.fingerprints, compare)
    return ExpectedChain.of(installed.chain, compare)


def plan_change(wanted: Wanted, installed: Installed | None, *, force: bool, now: datetime) -> Change:
    """Plan the changes from the desired and the installed certificates.

    Args:
        force: whether to write certificates that do not differ.
        now: in UTC.

    Raises:
        CertificateError: the private key's numbers are not consistent, the certificate has a malformed field, or a
            required certificate is to be deleted.
    """
    if wanted.material is None:
        return _kept(wanted.name, installed) if wanted.reason == "kept" else _absent(wanted, installed)
    return _present(wanted.material, installed, wanted.compare, force, now)


def _kept(name: str, installed: Installed | None) -> Change:
    state = _state_of(installed)
    reason = "absent" if installed is None else "same"
    return Change(name, "none", reason, installed, installed.facts if installed else None, state, state)


def _present(material: Desired, installed: Installed | None, compare: str, force: bool, now: datetime) -> Change:
    """Check the key in full when it is about to be sent."""
    name = material.name
    old = _state_of(installed)
    new = ExpectedChain.of(material.certificates, "set" if material.is_bundle else compare)
    same = new.shown_by(installed)
    if same and not force:
        facts = installed.facts if installed else None
        return Change(name, "none", "same", installed, facts, old, new, material=material)
    update = _update(material)
    after = installed_facts(name, material.facts(now), update.private_key is not None)
    return Change(name, "update", _difference(old, new, installed, same), installed, after, old, new, update, material)


def _update(material: Desired) -> Update:
    key = material.load_key(check=True)
    return Update(
        material.name, material.certificate_pem(), None if key is None else key_to_pem(key, material.certificates[0])
    )


def _difference(old: ExpectedChain, new: ExpectedChain, installed: Installed | None, same: bool) -> str:
    if installed is None:
        return "not_set"
    if not installed.chain:
        return "not_readable"
    if same:
        return "forced"
    if new.compare == "set":
        return "bundle_differs"
    return "chain_differs" if old.fingerprints[0] == new.fingerprints[0] else "leaf_differs"


def _absent(wanted: Wanted, installed: Installed | None) -> Change:
    if wanted.name in REQUIRED:
        raise CertificateError(
            "required_certificate",
            "this certificate is required and cannot be deleted. Replace it with state=present, or remove the entry.",
            option="state",
        )
    if installed is None:
        return Change(wanted.name, "none", "absent", None, None, ExpectedChain(), ExpectedChain())
    return Change(wanted.name, "delete", wanted.reason, installed, None, _state_of(installed), ExpectedChain())


class CannotUndo(Exception):
    """The present or previous certificate cannot be sent to the cluster, or must not; the text says why."""


def plan_again(change: Change, end: datetime | None) -> Change:
    """Return the update that sends the present certificate again, for nodes that have missed it.

    Args:
        change: of a certificate that needs no change.
        end: the expiry of the certificate on such a node, in UTC, if nothing else of it is known.

    Raises:
        CannotUndo: there is nothing to send; or it may be an internode certificate of the cluster's own, which would be
            a customer-provided one from then on (vendor, internode encryption).
        CertificateError: the private key is inconsistent.
    """
    if change.material is not None:
        update = _update(change.material)
    elif change.name in INTERNODE:
        raise CannotUndo(
            "the cluster would never rotate it again, so use internal_certificate_rotation if it is the cluster's own"
        )
    else:
        update = _same_again(change.name, change.installed)
    return replace(change, action="update", reason="node_differs", old=replace(change.old, end=end), update=update)


def plan_undo(change: Change) -> Write:
    """Return the write that restores the old certificate.

    Raises:
        CannotUndo: the old certificate cannot be restored.
    """
    installed = change.installed
    if installed is None:
        return Write(change.name, None, change.old)
    if installed.fingerprints and change.old.fingerprints == change.new.fingerprints:
        raise CannotUndo("the old certificate is the same one")
    return Write(change.name, _same_again(change.name, installed), change.old)


def why_no_way_back(change: Change, now: datetime) -> str | None:
    """Return why the old certificate could not be restored after this change; None: as far as is known, it can be.

    Args:
        now: in UTC.
    """
    installed = change.installed
    if installed is None:
        return None
    try:
        _same_again(change.name, installed)
    except CannotUndo as reason:
        return str(reason)
    end = change.old.end
    return f"it expired on {to_iso(end)}, and the cluster refuses what has expired" if end and end < now else None


def _same_again(name: str, installed: Installed | None) -> Update:
    """Return the update that sends what the API reports, also where this host cannot parse it.

    Raises:
        CannotUndo: there is nothing to send.
    """
    if installed is None or not installed.certificates:
        raise CannotUndo("the old certificate is not PEM")
    key = installed.private_key
    if key is None and name not in CA_BUNDLES:
        raise CannotUndo("this user may not read the old private key (the role admin may)")
    try:
        return Update(name, to_pem(installed.certificates), key and normalise_key(key))
    except MaterialProblem:
        raise CannotUndo("the old private key cannot be read as PEM") from None
