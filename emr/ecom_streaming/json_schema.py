"""Checks a JSON value against the part of JSON Schema that the spec and the settings are written in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}

_KNOWN = frozenset(
    "$schema type const enum minLength pattern minimum maximum properties required additionalProperties propertyNames "
    "items anyOf oneOf".split()
)


def first_violation(value: Any, schema: dict[str, Any], path: str = "") -> str | None:
    """Says what is wrong with a value and where, or None when it satisfies the schema.

    A keyword that this module does not know is refused rather than passed over: then the schema has outgrown it.
    """
    unknown = set(schema) - _KNOWN
    if unknown:
        return f"{path or 'the schema'} uses {', '.join(sorted(unknown))}, which this job does not know"
    return (
        _scalar_violation(value, schema, path or "the document")
        or _object_violation(value, schema, path)
        or _array_violation(value, schema, path)
        or _choice_violation(value, schema, path)
    )


def _scalar_violation(value: Any, schema: dict[str, Any], path: str) -> str | None:
    kind = schema.get("type")
    if kind is not None and not _TYPES[kind](value):
        return f"{path} is no {kind}"
    if "const" in schema and value != schema["const"]:
        return f"{path} is {value!r}, not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is {value!r}, none of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return f"{path} is empty"
        if "pattern" in schema and re.search(schema["pattern"], value) is None:
            return f"{path} is {value!r}, which is not of the form {schema['pattern']}"
    if _TYPES["number"](value):
        if value < schema.get("minimum", value):
            return f"{path} is {value}, below {schema['minimum']}"
        if value > schema.get("maximum", value):
            return f"{path} is {value}, above {schema['maximum']}"
    return None


def _object_violation(value: Any, schema: dict[str, Any], path: str) -> str | None:
    if not isinstance(value, dict):
        return None
    within = f"{path}." if path else ""
    properties: dict[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            return f"{within}{name} is missing"
    for name, item in value.items():
        of_property = properties.get(name, schema.get("additionalProperties", True))
        if of_property is False:
            return f"{within}{name} is not known"
        wrong = first_violation(name, schema["propertyNames"], f"{within}{name}") if "propertyNames" in schema else None
        if wrong is None and isinstance(of_property, dict):
            wrong = first_violation(item, of_property, f"{within}{name}")
        if wrong is not None:
            return wrong
    return None


def _array_violation(value: Any, schema: dict[str, Any], path: str) -> str | None:
    if not isinstance(value, list) or "items" not in schema:
        return None
    wrongs = (first_violation(item, schema["items"], f"{path}[{index}]") for index, item in enumerate(value))
    return next((wrong for wrong in wrongs if wrong is not None), None)


def _choice_violation(value: Any, schema: dict[str, Any], path: str) -> str | None:
    for keyword in ("anyOf", "oneOf"):
        wrongs = [first_violation(value, choice, path) for choice in schema.get(keyword, ())]
        if wrongs and None not in wrongs:
            # Where the choices are told apart by a constant, the message of the one meant helps most: it comes furthest.
            return max((wrong for wrong in wrongs if wrong is not None), key=lambda wrong: " is '" not in wrong)
    return None
