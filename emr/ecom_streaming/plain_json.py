"""A regular expression for orders in plain form, whose every match is valid JSON with fields of the right types.

It is what makes exact parsing fast: a record that matches needs no further check of its JSON, and Spark's own lenient
JSON reader cannot misread it. A record that does not match is not wrong yet; it is read the careful way. All loops are
possessive, so that Java runs them without recursion or backtracking however long a record is.
"""

from __future__ import annotations

import re
from typing import Final

from .spec import Field, Limits, Spec

_SPACE: Final = r"[ \t\n\r]*+"
# U+FFFD stands where bytes were no UTF-8; a record with a true one is read the careful way too.
_PLAIN_CHARACTER: Final = r"[^\"\\\x00-\x1f\x{fffd}]"
_ESCAPE: Final = r"\\(?:[\"\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
_STRING: Final = rf"\"(?:{_PLAIN_CHARACTER}++|{_ESCAPE})*+\""
_NUMBER: Final = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_SCALAR: Final = rf"(?:{_STRING}|{_NUMBER}|true|false|null)"

# Subsets of what the contract allows, safe to read with Spark's own casts: zones up to 17 hours, because Java stops at 18.
_PLAIN_TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]++)?(?:Z|[+-](?:0[0-9]|1[0-7]):[0-5][0-9])?"
# Twelve digits before the point: below 10¹² every such text is a double that its cents are told from exactly.
_PLAIN_INTEGER_DIGITS: Final = 12

# Of unknown fields; the reader refuses very long ones.
_PLAIN_NAME_LENGTH: Final = 256

_ARRAY_END: Final = r"\]"
_OBJECT_END: Final = r"\}"

# How deep arrays and objects in unknown fields may be nested in plain form. Each level doubles the pattern.
_PLAIN_DEPTH: Final = 2


def _listed(item: str, end: str) -> str:
    """Items with commas between them, and none after the last, up to the closing bracket `end`."""
    return rf"{_SPACE}(?:{item}{_SPACE}(?:,{_SPACE}(?!{end})|(?={end})))*+{end}"


def _any_value(depth: int) -> str:
    if depth == 0:
        return _SCALAR
    inner = _any_value(depth - 1)
    member = rf"{_STRING}{_SPACE}:{_SPACE}{inner}"
    return rf"(?:{_SCALAR}|\[{_listed(inner, end=_ARRAY_END)}|\{{{_listed(member, end=_OBJECT_END)})"


def _plain_value(field: Field, limits: Limits) -> str:
    decimals = f"{{1,{limits.amount_decimals}}}"
    quantity_digits = len(str(limits.max_quantity)) - 1
    forms = {
        "id": rf"\"{_PLAIN_CHARACTER}{{1,{limits.max_id_length}}}+\"",
        "text": rf"(?!\"\"){_STRING}",
        "optional-text": rf"(?:{_STRING}|null)",
        "quantity": rf"[1-9][0-9]{{0,{quantity_digits - 1}}}+",
        "amount": rf"(?:0|[1-9][0-9]{{0,{_PLAIN_INTEGER_DIGITS - 1}}}+)(?:\.[0-9]{decimals}+)?",
        "timestamp": rf"\"{_PLAIN_TIME}\"",
    }
    return forms[field.type]


def plain_order_pattern(spec: Spec) -> str:
    """The pattern, for Java. It does not say which fields are there, nor that a time exists in the calendar."""
    names = "|".join(re.escape(field.name) for field in spec.fields)
    # The value ends where something that may follow it stands, else `12` would match the beginning of `12.5`.
    known = "|".join(
        rf"\"{re.escape(field.name)}\"{_SPACE}:{_SPACE}{_plain_value(field, spec.limits)}(?={_SPACE}[,}}])"
        for field in spec.fields
    )
    unknown = rf"\"(?!(?:{names})\"){_PLAIN_CHARACTER}{{0,{_PLAIN_NAME_LENGTH}}}+\"{_SPACE}:{_SPACE}{_any_value(_PLAIN_DEPTH)}"
    return rf"\A{_SPACE}\{{{_listed(f'(?>{known}|{unknown})', end=_OBJECT_END)}{_SPACE}\z"
