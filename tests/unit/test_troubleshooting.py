# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/troubleshooting.md has an entry for each kind of failure, finding and check of the code, and no other entry.

Kinds are read from the source: texts that reach the calls in _NAMING, the argument C(kind) of any call, tables of
(kind, cause, next step), and results. A name may be whatever its module assigns or passes to it anywhere.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/troubleshooting.md"
TEXT = PAGE.read_text(encoding="utf-8")

#: Calls that name a kind, and at which place among their arguments.
_NAMING = {
    "CertificateError": 0,
    "Reason": 0,
    "MaterialProblem": 0,
    "finding": 0,
    "Finding": 0,
    "Judgement": 1,
    "not_visible": 1,
}

#: Files whose identifiers are others: facts of the contract (docs/contract.md), and names of metrics.
_OTHERS = ("module_utils/_contract/", "plugin_utils/_audit/formats/")

_KIND = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_PARTS = ("Symptom", "Cause", "Fix", "Command")


class Module:
    """One file of the code."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._values: dict[str, list[ast.expr]] = defaultdict(list)
        functions = {node.name: node for node in self._nodes if isinstance(node, ast.FunctionDef)}
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                self._bind(node.targets[0], node.value)
            elif isinstance(node, ast.For):
                self._bind_loop(node.target, node.iter)
            elif isinstance(node, ast.Call) and _called(node) in functions:
                names = [one.arg for one in functions[_called(node)].args.args if one.arg not in ("self", "cls")]
                for name, given in zip(names, node.args):
                    self._values[name].append(given)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(value, ast.IfExp):
            self._bind(target, value.body)
            self._bind(target, value.orelse)
        elif isinstance(target, ast.Name):
            self._values[target.id].append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, given in zip(target.elts, value.elts):
                self._bind(one, given)

    def _bind_loop(self, target: ast.expr, iterated: ast.expr) -> None:
        if isinstance(iterated, ast.Tuple):
            for value in iterated.elts:
                self._bind(target, value)
        elif isinstance(target, ast.Tuple) and isinstance(iterated, ast.Call) and _called(iterated) == "items":
            self._bind(target.elts[1], iterated.func.value)  # type: ignore[attr-defined]  # a method has one

    def _texts(self, node: ast.AST | None, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield what an expression may come to."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from (*self._texts(node.body, seen), *self._texts(node.orelse, seen))
        elif isinstance(node, ast.Dict):
            yield from (text for value in node.values for text in self._texts(value, seen))
        elif isinstance(node, ast.Name) and node.id not in seen:
            yield from (text for value in self._values[node.id] for text in self._texts(value, seen | {node.id}))
        elif isinstance(node, ast.FormattedValue):
            yield from self._texts(node.value, seen)
        elif isinstance(node, ast.JoinedStr):
            found = [""]
            for part in node.values:
                found = [start + text for start in found for text in self._texts(part, seen)]
            yield from found

    def _named(self) -> Iterator[ast.expr]:
        """Yield the expressions that are kinds."""
        for node in self._nodes:
            if isinstance(node, ast.Call):
                place = _NAMING.get(_called(node))
                yield from () if place is None else node.args[place : place + 1]
                yield from (keyword.value for keyword in node.keywords if keyword.arg == "kind")
            elif isinstance(node, ast.Tuple) and any(map(_is_sentence, node.elts[1:])):
                yield node.elts[0]
            elif isinstance(node, ast.Dict):
                yield from (
                    value
                    for key, value in zip(node.keys, node.values)
                    if "kind" in self._texts(key) and isinstance(value, ast.Constant)
                )

    def kinds(self) -> set[str]:
        """Return all kinds that it may produce."""
        return {text for node in self._named() for text in self._texts(node) if _KIND.fullmatch(text)}

    def hazards(self) -> set[str]:
        """Return the known bugs that it lists."""
        calls = [node for node in self._nodes if isinstance(node, ast.Call) and _called(node) == "Hazard"]
        return {text for call in calls for text in self._texts(call.args[0])}


def _called(node: ast.AST) -> str:
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


@functools.cache
def modules() -> list[Module]:
    """Return the code."""
    paths = {str(path.relative_to(ROOT / "plugins")): path for path in sorted((ROOT / "plugins").rglob("*.py"))}
    read = [path.read_text(encoding="utf-8") for place, path in paths.items() if not place.startswith(_OTHERS)]
    return [Module(ast.parse(text)) for text in read]


@functools.cache
def kinds() -> frozenset[str]:
    """Return what C(failure.kind), the id of a finding, or a check of an audit may be."""
    return frozenset().union(*(module.kinds() for module in modules()))


def entries() -> dict[str, str]:
    """Return the text of each entry by its heading: those whose heading is nothing but code."""
    sections = re.findall(r"^### (.*)\n((?:(?!##).*\n)*)", TEXT, re.MULTILINE)
    return {heading: text for heading, text in sections if re.fullmatch(r"`\w+`(, `\w+`)*", heading)}


def anchors() -> set[str]:
    """Return the anchors of the page, as GitHub and the site make them of headings."""
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[str, str]]:
    """Yield the links to a place on the page: the file, and the anchor."""
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")):
        pattern = r"\((?:[\w./-]*troubleshooting\.md)?#([\w-]+)\)" if path == PAGE else r"troubleshooting\.md#([\w-]+)"
        for anchor in re.findall(pattern, path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), anchor


def test_each_kind_has_one_entry() -> None:
    on_page = [kind for heading in entries() for kind in re.findall(r"\w+", heading)]
    assert sorted(kinds() - set(on_page)) == [], "Add an entry to docs/troubleshooting.md"
    assert sorted(set(on_page) - kinds()) == [], "Remove the entry from docs/troubleshooting.md: no code has this kind"
    assert sorted(on_page) == sorted(set(on_page)), "Keep one entry of each kind in docs/troubleshooting.md"


def test_each_entry_has_symptom_cause_fix_and_command() -> None:
    for heading, text in entries().items():
        assert tuple(re.findall(r"^- \*\*(\w+):\*\* \S", text, re.MULTILINE)) == _PARTS, heading
        assert re.search(r"^- \*\*Symptom:\*\* .*`.+`", text, re.MULTILINE), heading
        assert re.search(r"^- \*\*Command:\*\* `.+`$", text, re.MULTILINE), heading


def test_each_known_bug_of_the_server_is_in_the_table() -> None:
    bugs = {bug for module in modules() for bug in module.hazards()}
    assert bugs == set(re.findall(r"^\| `(RS\d+|peers_\w+)`", TEXT, re.MULTILINE))


def test_each_link_leads_to_a_heading() -> None:
    assert [(path, anchor) for path, anchor in links() if anchor not in anchors()] == []
    assert ("docs/first-audit.md", "findings-of-an-audit") in links()


@pytest.mark.parametrize(
    "kind",
    [
        "key_mismatch",  # a keyword
        "passphrase_wrong",  # of a file
        "unauthorized",  # in a table
        "tls_expired",  # a field of a tuple
        "too_large",  # returned, and passed on
        "metrics_unusable",  # a constant
        "update_not_finished",  # assigned
        "several",  # one of two
        "internal_error",  # in a result
        "chain_not_yet_valid",  # put together
        "internal_name_missing",  # in a loop
        "weak_signature",  # assigned with its severity
        "issuer_expiry",  # a parameter
        "internal_expiry_alert",  # a value of a dictionary
        "on_node",  # a check that may not be visible
    ],
)
def test_kinds_are_found_wherever_they_are(kind: str) -> None:
    assert kind in kinds()
