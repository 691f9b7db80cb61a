"""Reads a JSON value as a dataclass says it must be: its fields, their types, and what `Check` asks of them.

A key in `camelCase` is a field in `snake_case`. Only a field with a default may be left out, and nothing else may be there.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

_WORDS: Final = {str: "text", bool: "true or false", int: "a whole number", float: "a number", dict: "an object", list: "a list"}


@dataclass(frozen=True)
class Check:
    """What a value of the right type must satisfy as well; `words` as in "is not …"."""

    holds: Callable[[Any], bool]
    words: str


Name = Annotated[str, Check(bool, "a text of one character or more")]
Natural = Annotated[int, Check(lambda number: number >= 0, "0 or more")]
Positive = Annotated[int, Check(lambda number: number >= 1, "1 or more")]


def read_strictly(kind: Any, value: Any, path: str = "") -> Any:
    """The value as a `kind`: a dataclass, or what one is made of. Raises ValueError with what is wrong, and where."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _read_object(kind, _expect(dict, value, path), path)
    if origin is Annotated:
        found = read_strictly(arguments[0], value, path)
        broken = next((check for check in arguments[1:] if not check.holds(found)), None)
        if broken is not None:
            raise ValueError(f"{_place(path)} is {_shown(value)}, which is not {broken.words}")
        return found
    if origin is Literal:
        known = next((one for one in arguments if one == value and not isinstance(value, bool)), None)
        if known is None:
            raise ValueError(f"{_place(path)} is {_shown(value)}, not {' or '.join(map(_shown, arguments))}")
        return known
    if origin in (Union, UnionType):
        return read_strictly(_choice(arguments, value, path), value, path)
    if origin is tuple:
        items = enumerate(_expect(list, value, path))
        return tuple(read_strictly(arguments[0], item, f"{path}[{index}]") for index, item in items)
    if origin is not None and issubclass(origin, Mapping):
        of_key, of_item = arguments
        items = _expect(dict, value, path).items()
        return {
            read_strictly(of_key, key, _below(path, key)): read_strictly(of_item, item, _below(path, key)) for key, item in items
        }
    return None if kind is NoneType and value is None else _expect(kind, value, path)


def _read_object(kind: Any, value: dict[str, Any], path: str) -> Any:
    types = _types_of(kind)
    keys = {re.sub(r"_(\w)", lambda found: found[1].upper(), field.name): field for field in fields(kind)}
    for key in value:
        if key not in keys:
            raise ValueError(f"{_below(path, key)} is not known")
    for key, field in keys.items():
        if key not in value and field.default is MISSING:
            raise ValueError(f"{_below(path, key)} is missing")
    return kind(
        **{
            field.name: read_strictly(types[field.name], value[key], _below(path, key))
            for key, field in keys.items()
            if key in value
        }
    )


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _choice(kinds: tuple[Any, ...], value: Any, path: str) -> Any:
    """Which of several a value means to be: null, or the dataclass whose `kind` it names."""
    if NoneType in kinds:
        return kinds[0] if value is not None else NoneType
    by_name = {get_args(_types_of(kind)["kind"])[0]: kind for kind in kinds}
    name = _expect(dict, value, path).get("kind")
    read_strictly(Literal[tuple(by_name)], name, _below(path, "kind"))
    return by_name[name]


def _expect(kind: type, value: Any, path: str) -> Any:
    # JSON has one kind of number, a double: 1.0 is a whole one, and 1 is any. To Python, True is a number too, and so are
    # NaN, what is infinite, and whole ones beyond all doubles.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    if kind is float and is_number:
        return value
    if kind is int and is_number and float(value).is_integer():
        return int(value)
    if kind in (float, int) or not isinstance(value, kind):
        raise ValueError(f"{_place(path)} is {_shown(value)}, which is not {_WORDS.get(kind, kind.__name__)}")
    return value


def _place(path: str) -> str:
    return path or "the document"


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: Any) -> str:
    if isinstance(value, (str, int, float, NoneType)):
        return json.dumps(value)[:60]
    return _WORDS[list if isinstance(value, (list, tuple)) else dict]
