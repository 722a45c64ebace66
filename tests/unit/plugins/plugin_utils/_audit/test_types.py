# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published schema of the report describes what the report's types say, field by field."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import IsoTime
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.types import (
    JudgedCertificate,
    Report,
)

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs/audit-report.schema.json").read_text("utf-8"))

NAMES: Mapping[Any, str] = {
    str: "string",
    IsoTime: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
    list: "array",
    Sequence: "array",
    dict: "object",
    Mapping: "object",
}


def alternatives(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of which a value fits one, each with one C(type)."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from alternatives(one)
    elif "const" in schema:
        yield {**schema, "type": NAMES[type(schema["const"])]}
    elif "enum" in schema:
        yield from ({**schema, "type": name} for name in {NAMES[type(value)] for value in schema["enum"]})
    else:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        yield from ({**schema, "type": name} for name in types)


def kind(hint: Any) -> str:
    """What JSON calls values of a type."""
    return "object" if is_typeddict(hint) else NAMES[get_origin(hint) or hint]


def differences(schema: dict[str, Any], hint: Any, where: str = "report") -> Iterator[str]:
    """Where a schema and a type differ."""
    hints = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    by_kind = {kind(one): one for one in hints}
    schemas = {one["type"]: one for one in alternatives(schema)}
    if by_kind.keys() != schemas.keys():
        yield f"{where}: {sorted(by_kind)} in the types, {sorted(schemas)} in the schema"
        return
    for name, one in by_kind.items():
        yield from _inside(schemas[name], one, where)


def _inside(schema: dict[str, Any], hint: Any, where: str) -> Iterator[str]:
    content = get_args(hint)
    if is_typeddict(hint):
        yield from _fields(schema, hint, where)
    elif schema["type"] == "array":
        yield from differences(schema["items"], content[0], f"{where}[]")
    elif (hint is IsoTime) != ("pattern" in schema):
        yield f"{where}: a time in one, a text in the other"
    elif schema["type"] == "object" and content[1] is not Any:
        for entry in (*schema.get("properties", {}).values(), *filter(None, [schema.get("additionalProperties")])):
            yield from differences(entry, content[1], f"{where}.*")


def _fields(schema: dict[str, Any], form: Any, where: str) -> Iterator[str]:
    hints = get_type_hints(form)
    for place, names in (
        ("types", hints.keys() - schema["properties"]),
        ("schema", schema["properties"].keys() - hints),
    ):
        yield from (f"{where}.{name}: only in the {place}" for name in names)
    yield from (f"{where}.{name}: required by one only" for name in form.__required_keys__ ^ {*schema["required"]})
    if hints.keys() >= NO_FACTS.keys():  # each may be of a certificate that cannot be parsed
        hints.update({name: hints[name] | None for name in NO_FACTS})
    for name in hints.keys() & schema["properties"]:
        yield from differences(schema["properties"][name], hints[name], f"{where}.{name}")


def test_the_schema_is_that_of_the_types() -> None:
    assert list(differences(SCHEMA, Report)) == []


def _changed(path: str, **change: Any) -> dict[str, Any]:
    """The schema with a change of one of its objects."""
    changed: dict[str, Any] = copy.deepcopy(SCHEMA)
    place = changed
    for name in path.split():
        place = place[name]
    place.update(change)
    return changed


@pytest.mark.parametrize(
    ("path", "change", "difference"),
    [
        ("properties", {"more": {"type": "string"}}, "report.more: only in the schema"),
        ("$defs endpoint properties", {"more": {"type": "string"}}, "report.clusters[].endpoints[].more: only in the"),
        ("$defs endpoint", {"required": []}, "report.clusters[].endpoints[].port: required by one only"),
        (
            "$defs endpoint properties port",
            {"type": "string"},
            "report.clusters[].endpoints[].port: ['integer'] in the",
        ),
        ("$defs certificate properties issuer", {"type": "string"}, "report.clusters[].certificates[].issuer: ["),
        (
            "$defs certificate properties name",
            {"pattern": "Z$"},
            "report.clusters[].certificates[].name: a time in one",
        ),
        ("properties summary properties checks properties failed", {"type": "number"}, "report.summary.checks.*: ["),
    ],
)
def test_a_change_of_the_schema_alone_shows(
    monkeypatch: pytest.MonkeyPatch, path: str, change: dict[str, Any], difference: str
) -> None:
    changed = _changed(path, **change)
    monkeypatch.setitem(SCHEMA, "$defs", changed["$defs"])
    assert any(one.startswith(difference) for one in differences(changed, Report))


def test_a_field_of_the_types_alone_shows() -> None:
    class More(JudgedCertificate):
        more: str

    found = list(differences({"$ref": "#/$defs/certificate"}, More))
    assert found == ["report.more: only in the types", "report.more: required by one only"]
