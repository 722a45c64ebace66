# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person has to compare before a cluster is trusted, and what came of it.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .._output.command import to_copy
from .._output.names import counted, listed
from .._output.table import labelled, paragraph
from .._output.text import CHANGED, FAILED, OK, WARNING, Line
from .anchors import Anchor
from .ca_file import CaFile
from .survey import CONFIRMED, TRUSTED, UNTRUSTED, Seen, by_anchor

_INDENT = 4


def to_compare(clusters: Sequence[Seen], command: str) -> Iterator[Line]:
    """Yield the certificates that a person has to compare, and the command that confirms them.

    Args:
        command: that runs this playbook on the same inventory.
    """
    anchors = by_anchor(clusters)
    if not anchors:
        return
    count = counted(sum(map(len, anchors.values())), "cluster")
    yield f"{counted(len(anchors), 'certificate')} to compare, presented by {count}. Not trusted yet.", WARNING
    for anchor, some in anchors.items():
        yield ""
        yield anchor.fingerprint
        for text in (_described(anchor), f"presented by {listed([_place(one) for one in some])}"):
            yield from paragraph(" " * _INDENT, printable(text))
    yield ""
    yield "Compare each fingerprint (SHA-256) with what a node itself shows, or the owner of the CA has; see"
    yield "docs/trust.md. Then give those that are the same:"
    yield from to_copy(f"{command} -e trust_fingerprints=FINGERPRINT,FINGERPRINT")


def _described(anchor: Anchor) -> str:
    facts = anchor.facts
    if facts.get("error"):
        return facts["error"]
    ends = f"{'EXPIRED' if facts['expired'] else 'valid until'} {facts['not_after'][:10]}"
    if facts["self_signed"]:
        return f"{facts['subject']}, self-signed, {ends}"
    return f"{facts['subject']}, {ends}; issued by {facts['issuer']}, which is not presented"


def _place(one: Seen) -> str:
    return f"{one.name} ({one.endpoint.netloc})" if one.endpoint else one.name


def outcome(
    clusters: Sequence[Seen], files: Sequence[CaFile], fingerprints: Collection[str], *, check_mode: bool
) -> Iterator[Line]:
    """Yield what was added to which file, and what is known of all clusters."""
    for file in files:
        added = f"{'would add' if check_mode else 'added'} {counted(len(file.added), 'certificate')}"
        yield printable(f"{file.path}: {added}"), CHANGED
    for state, label, meaning in ((TRUSTED, "trusted", OK), (CONFIRMED, "confirmed", CHANGED)):
        some = [one.name for one in clusters if one.state == state]
        if some:
            yield from ((line, meaning) for line in labelled(label, printable(listed(some))))
    for one in clusters:
        problem = one.problem
        if one.state == UNTRUSTED and fingerprints:
            problem = f"{one.anchor.fingerprint if one.anchor else 'it'} is not among trust_fingerprints"
        if problem:
            text = printable(f"{_place(one)}: {problem}")
            yield from ((line, FAILED) for line in labelled("NOT TRUSTED", text))
