# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/troubleshooting.md has every message that a run can print, and none that no run prints.

A message is any text of three words or more in the plugins, and what the tasks of roles and playbooks fail with. What
stands for a value is "…", there and on the page. A next step is part of a message, and not looked for on the page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/troubleshooting.md"

#: Files whose texts are no messages: documentation, and the forms of a report.
_OTHERS = (
    "modules/",
    "doc_fragments/",
    "plugin_utils/_audit/page/",
    "plugin_utils/_audit/formats/prometheus.py",
    "module_utils/_contract/",  # facts, which are on docs/contract.md
    "filter/contract_report.py",
)

#: Texts that are no messages either, and what they are.
_NO_MESSAGES = {
    "ENCRYPTED PRIVATE KEY": "a label in PEM",
    "-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----": "a pattern",
    "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^-]*-----END [A-Z0-9 ]*PRIVATE KEY-----": "a pattern",
    "tuple[str, str, str]": "a type",
    '<?xml version="1.0" encoding="UTF-8"?>\n': "the head of a report",
    "a secret is neither pickled nor copied": "a mistake in the code, not of a user",
    "the type of the public key is not known": "caught where it is raised",
    "vendor, requirements for CA-signed certificates": "a source",
    "NIST SP 800-131A": "a source",
}
_SOURCE = re.compile(r"RFC \d+, section [\d.]+")

#: How a next step begins.
_NEXT_STEP = re.compile(
    r"(?:Add|Audit|Check|Choose|Export|Fix|Get|Give|Have|Issue|Leave|List|Look|Make|Mend|Name|Put|Read|Replace|Rotate|Run|Say|Set|"
    r"Start|Turn|Use|Wait|Write)\b"
)
#: Calls whose texts say that all is well.
_FINE = {"passed"}
#: Calls that name a kind, and at which place among their arguments.
_NAMING = {"CertificateError": 1, "MaterialProblem": 1, "finding": 1, "Hazard": 1, "Judgement": 2, "not_visible": 2}
_DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
_FAILING = {"ansible.builtin.assert", "ansible.builtin.fail"}
_HOLE = "…"


class Text(NamedTuple):
    """A text in the code, and where."""

    place: str
    text: str


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else _HOLE for part in node.values)
    return None


def _read(node: ast.AST, place: str) -> Iterator[Text]:
    """The texts below a node: no docstrings, no documentation, none that says that all is well."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _DOCUMENTATION:
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _FINE:
        return
    if isinstance(node, ast.expr) and (text := _template(node)) is not None:
        yield Text(f"{place}:{node.lineno}", text)
    if isinstance(node, ast.JoinedStr):
        children: Iterator[ast.AST] = (part.value for part in node.values if isinstance(part, ast.FormattedValue))
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from _read(child, place)


def _in_plugins() -> Iterator[Text]:
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        place = str(path.relative_to(ROOT / "plugins"))
        if not place.startswith(_OTHERS):
            yield from _read(ast.parse(path.read_text(encoding="utf-8")), place)


def _in_tasks(content: Any, place: str) -> Iterator[Text]:
    if isinstance(content, list):
        for item in content:
            yield from _in_tasks(item, place)
    elif isinstance(content, dict):
        for name, value in content.items():
            if name in _FAILING:
                message = value.get("fail_msg") or value.get("msg") or ""
                yield Text(place, re.sub(r"\{\{.*?\}\}", _HOLE, message, flags=re.DOTALL))
            else:
                yield from _in_tasks(value, place)


def _in_roles() -> Iterator[Text]:
    for pattern in ("roles/*/tasks/*.yml", "playbooks/*.yml"):
        for path in sorted(ROOT.glob(pattern)):
            yield from _in_tasks(yaml.safe_load(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sentences(text: str) -> str:
    """A text with a hole for each of its next steps."""
    sentences = re.split(r"(?<=[.!?]) +", _plain(text))
    return " ".join(_HOLE if _NEXT_STEP.match(sentence) else sentence for sentence in sentences)


def _chunks(text: str) -> list[str]:
    """What a text always says."""
    return [chunk for chunk in (part.strip(" .,:;()") for part in text.split(_HOLE)) if re.search(r"\w", chunk)]


def messages() -> list[Text]:
    """All texts that a user may see, without what they say to do."""
    found = []
    for place, text in [*_in_plugins(), *_in_roles()]:
        if text in _NO_MESSAGES or _SOURCE.fullmatch(text):
            continue
        rest = _sentences(text)
        words = [word for word in rest.split() if re.search(r"[A-Za-z]", word)]
        if len(words) >= 3 and "\\" not in rest:
            found.append(Text(place, rest))
    return found


def entries() -> list[str]:
    """What the page has: the first piece of code of each line of a table or list."""
    found = re.findall(r"^(?:\| |- )`([^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [_plain(entry) for entry in found]


def kinds() -> set[str]:
    """What C(failure.kind), and the id of a finding, a known bug or a check of an audit may be."""
    found = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = _NAMING.get(ast.unparse(node.func).rpartition(".")[2], 0)
                given = node.args[max(place - 1, 0) : place]
            elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
                texts = [_template(element) for element in node.elts]  # kind, cause, next step
                given = node.elts[:1] if all(texts) and any(" " in text for text in texts[1:] if text) else []
            else:
                continue
            found |= {text for text in map(_template, given) if text and re.fullmatch(r"\w+", text)}
    return found


def _has(entry: str, chunks: Sequence[str]) -> bool:
    at = 0
    for chunk in chunks:
        at = entry.find(chunk, at)
        if at < 0:
            return False
        at += len(chunk)
    return True


def test_every_message_is_on_the_page() -> None:
    page = entries()
    missing = [
        f"{place}: {text}" for place, text in messages() if not any(_has(entry, _chunks(text)) for entry in page)
    ]
    assert not missing, "\n".join(["No entry in docs/troubleshooting.md:", *missing])


def test_every_entry_can_be_printed() -> None:
    printed = [_plain(text) for _place, text in [*_in_plugins(), *_in_roles()]]
    stale = [entry for entry in entries() for chunk in _chunks(entry) if not any(chunk in text for text in printed)]
    assert not stale, "\n".join(["No code prints these entries of docs/troubleshooting.md:", *stale])


def test_every_kind_is_on_the_page() -> None:
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", PAGE.read_text(encoding="utf-8")))))
    assert {"tls_expired", "key_mismatch", "purpose_missing", "RS199373"} <= kinds()
    missing = ", ".join(sorted(kinds() - named))
    assert not missing


def test_nothing_stands_twice() -> None:
    page = entries()
    assert sorted(set(page)) == sorted(page)


def test_messages_are_found_where_they_are() -> None:
    """One of each kind: raised, returned, in a table, a hazard, a finding, a warning, a filter, a role, a playbook."""
    found = {text for _place, text in messages()}
    for text in (
        "there is nothing to read",
        "expired on …",
        "the login was refused",
        "internal rotation skips nodes that are down, and never comes back to them",
        "the chain ends with …, which is not self-signed",
        "…: proven on every node, but not read back from the API: …",
        "certificate_facts needs …, where Ansible itself runs",
        "This cluster failed.",
    ):
        assert any(text in one for one in found), text


def test_no_exception_to_the_rule_is_stale() -> None:
    assert set(_NO_MESSAGES) <= {text for _place, text in _in_plugins()}
