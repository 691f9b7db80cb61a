"""Reads a record that is not in plain form exactly as RFC 8259 and the contract have it, whatever it holds.

Slow, and meant for the few. Spark's JSON reader is strict enough once it is asked the right questions:

- Whether the text is one JSON value: it must be one as the last member of an object and as an element of an array, each
  followed by a mark that nobody can foretell. `1,"b":2` breaks the one, `1,2` the other, brackets that close early both.
- Whether a value is a string: the reader gives `5` and `"5"` alike as `5`, so every string is given the prefix `s` first.
- Whether a string has an unpaired surrogate: such a string becomes an empty one, which is refused as well.
"""

from __future__ import annotations

from typing import Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from .once import once
from .spec import Field, Spec
from .times import careful_millis

_UNLIMITED: Final = str(2**31 - 1)

JSON_OPTIONS: Final = {
    "mode": "PERMISSIVE",
    "allowSingleQuotes": "false",
    "allowNonNumericNumbers": "false",
    "allowNumericLeadingZeros": "false",
    "maxNestingDepth": _UNLIMITED,
    "maxNumLen": _UNLIMITED,
    "maxStringLen": _UNLIMITED,
}

_SPACE: Final = r"[ \t\n\r]*+"
_SURROGATE: Final = r"u[dD][89a-fA-F][0-9a-fA-F]{2}"
_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE: Final = r"\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})"
_STRICT_CHARACTER: Final = rf"(?:[^\"\\\x00-\x1f]|{_ESCAPE})"
_ANY_CONTENT: Final = r"(?:[^\"\\]++|(?s:\\.))*+"
_TEXT_CONTENT: Final = rf"(?:[^\"\\]++|{_PAIR}|\\(?!{_SURROGATE})(?s:.))*+"

# The reader refuses names of fields over 50,000 characters, and none of ours is near that.
_LONG_NAME: Final = rf"(\"){_STRICT_CHARACTER}{{1000,}}+(\")(?={_SPACE}:)|(\"{_ANY_CONTENT}\")"

_STRING_PREFIX: Final = "s"
_MARKED: Final = ArrayType(StructType([StructField("mark", StringType())]))


def utf8_text(value: Column) -> Column:
    """The text of bytes that are UTF-8, else null."""
    # Spark 4 encodes to UTF-8 without looking, so only there the bytes must be checked, and only there they can be.
    if hasattr(F, "is_valid_utf8"):
        is_utf8 = F.is_valid_utf8(value.cast("string"))
    else:
        is_utf8 = F.encode(F.decode(value, "UTF-8"), "UTF-8") == value
    return F.when(is_utf8, value.cast("string"))


def _is_json(text: Column) -> Column:
    unforeseeable = F.sha2(text, 256)
    mark = F.concat(F.lit(',{"mark":"'), unforeseeable, F.lit('"}]'))

    def is_read_within(before: str, after: str) -> Column:
        elements = F.from_json(F.concat(F.lit(before), text, F.lit(after), mark), _MARKED, JSON_OPTIONS)
        has_mark = F.try_element_at(elements, F.lit(2))["mark"] == unforeseeable
        return F.coalesce((F.size(elements) == 2) & has_mark, F.lit(False))

    return is_read_within('[{"value":', "}") & is_read_within('[{"value":[', "]}")


def _tagged_fields(text: Column, string_content: str, spec: Spec) -> Column:
    """Every field as text, strings with their prefix."""
    tagged = F.regexp_replace(text, rf"\"({string_content})\"|\"{_ANY_CONTENT}\"", f'"{_STRING_PREFIX}$1"')
    schema = StructType([StructField(_STRING_PREFIX + field.name, StringType()) for field in spec.fields])
    return F.from_json(tagged, schema, JSON_OPTIONS)


def with_careful_text(records: DataFrame, spec: Spec, is_careful: Column) -> DataFrame:
    """Adds `fault`, the reason that concerns a record as a whole, and the columns that `careful_field` reads.

    All are null where not `is_careful`.
    """
    text = F.when(is_careful, F.regexp_replace(utf8_text(F.col("value")), _LONG_NAME, "$1$2$3"))
    with_text = records.select("*", once(text).alias("careful_text"))
    careful_text = F.col("careful_text")
    fault = F.when(careful_text.isNull(), "not-utf8")
    fault = fault.when(~_is_json(careful_text), "not-json")
    fault = fault.when(~careful_text.rlike(rf"\A{_SPACE}\{{"), "not-an-object")
    with_fault = with_text.select("*", once(F.when(is_careful, fault)).alias("fault"))
    is_readable = is_careful & F.col("fault").isNull()
    return with_fault.select(
        "*",
        once(F.when(is_readable, _tagged_fields(careful_text, _TEXT_CONTENT, spec))).alias("tagged"),
        once(F.when(is_readable, _tagged_fields(careful_text, _ANY_CONTENT, spec))).alias("with_surrogates"),
    )


def _tag(field: Field, column: str = "tagged") -> Column:
    return F.col(f"{column}.{_STRING_PREFIX}{field.name}")


def _content(tagged: Column) -> Column:
    """The text of a string, null for any other value."""
    return F.when(tagged.startswith(_STRING_PREFIX), tagged.substr(len(_STRING_PREFIX) + 1, 2**31 - 1))


def careful_field(field: Field, spec: Spec) -> Column:
    """A field, null where it fails its check; a time as epoch milliseconds."""
    limits = spec.limits
    text = _content(_tag(field))
    if field.type == "timestamp":
        return careful_millis(text, limits.timestamp_pattern)
    if field.type == "id":
        return F.when(F.length(text).between(1, limits.max_id_length), text)
    if field.type == "text":
        return F.when(text != "", text)
    if field.type == "optional-text":
        return text
    # A valid JSON number, whatever its size: the cast cannot fail.
    number = F.when(_tag(field).rlike("^-?[0-9]"), _tag(field).cast("double"))
    if field.type == "quantity":
        return F.when(number.between(1, limits.max_quantity) & (F.rint(number) == number), number)
    scale = float(10**limits.amount_decimals)
    in_range = number.between(0.0, limits.max_amount_usd)
    return F.when(in_range & (_round_half_up(number * scale) / scale == number), number)


def careful_is_wrong(field: Field) -> Column:
    """Whether an optional field is neither left out nor text."""
    text = _content(_tag(field))
    had_surrogate = (text == "") & (_content(_tag(field, "with_surrogates")) != "")
    return (_tag(field).isNotNull() & text.isNull()) | F.coalesce(had_surrogate, F.lit(False))


def _round_half_up(number: Column) -> Column:
    """As JavaScript's `Math.round`, for numbers that a bigint can hold; `floor(x + 0.5)` would be off by one for some."""
    floor = F.floor(number).cast("double")
    return F.when(number - floor >= 0.5, floor + 1.0).otherwise(floor)
