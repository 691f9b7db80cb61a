"""Reads records of the orders topic: an order, a tick, or one reason from the spec's closed list why it is neither.

The answer is that of `parseOrder` in `pipeline/order.ts`, reason for reason. Spark's `from_json` alone accepts single
quotes, trailing text and NaN, and takes a number for a string; so a record is either in plain form, which a regular
expression proves, or it is read the careful way. Both ways are column expressions: no Python runs on the executors.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from .careful_json import JSON_OPTIONS, careful_field, careful_is_wrong, utf8_text, with_careful_text
from .once import once
from .plain_json import plain_order_pattern
from .spec import Field, Spec
from .ticks import OWN_HEADER, OWN_TOKEN
from .times import careful_millis, plain_millis

_NUMBERS = ("quantity", "amount")
_SOURCE_COLUMNS = ("key", "value", "topic", "partition", "offset")


@dataclass(frozen=True)
class Names:
    """Columns that reading adds to those of the Kafka source."""

    reason: str = "reason"
    is_order: str = "is_order"
    event_ms: str = "event_ms"
    """Of an order or a tick, in epoch milliseconds; null for a bad record."""
    cents: str = "cents"
    appended_ms: str = "appended_ms"


NAMES = Names()


def read_records(records: DataFrame, spec: Spec) -> DataFrame:
    """Adds the order's fields and the columns of `NAMES` to records of the Kafka source, which must come with headers.

    Fields of a record that is no order are null or meaningless. The category is filled in.
    """
    text = F.col("value").cast("string")
    plain = F.coalesce(text.rlike(plain_order_pattern(spec)), F.lit(False))
    told_apart = records.select(
        *_SOURCE_COLUMNS, "headers", F.unix_millis("timestamp").alias(NAMES.appended_ms), once(plain).alias("plain")
    )
    with_text = with_careful_text(told_apart, spec, is_careful=~F.col("plain") & F.col("value").isNotNull())
    return _with_reason(_with_fields(with_text, spec), spec)


def _plain_schema(spec: Spec) -> StructType:
    kinds = {True: DoubleType(), False: StringType()}
    return StructType([StructField(field.name, kinds[field.type in _NUMBERS]) for field in spec.fields])


def _with_fields(records: DataFrame, spec: Spec) -> DataFrame:
    """Fields that fail their check become null; `event_ms` is of the order or of the tick."""
    text = F.col("value").cast("string")
    plain_order = F.when(F.col("plain"), F.from_json(text, _plain_schema(spec), JSON_OPTIONS))
    tick_header = F.when(F.col("value").isNull(), _tick_header(spec))
    read = records.select("*", once(plain_order).alias("plain_order"), once(tick_header).alias("tick_header"))

    def of_either(field: Field) -> Column:
        if field.type == "timestamp":
            plain = plain_millis(F.col(f"plain_order.{field.name}"))
        else:
            plain = F.col(f"plain_order.{field.name}")
        return F.when(F.col("plain"), plain).otherwise(careful_field(field, spec))

    (time_field,) = (field for field in spec.fields if field.type == "timestamp")
    event_ms = F.when(F.col("value").isNull(), _tick_millis(spec)).otherwise(of_either(time_field))
    optional = [field for field in spec.fields if field.type == "optional-text"]
    read_fields = F.struct(
        event_ms.alias(NAMES.event_ms),
        *(of_either(field).alias(field.name) for field in spec.fields if field is not time_field),
        # Null means nothing is wrong with a field that may be left out, so these are told apart by a flag.
        *(F.when(~F.col("plain"), careful_is_wrong(field)).alias(_wrong_flag(field)) for field in optional),
    )
    return read.select(*_SOURCE_COLUMNS, NAMES.appended_ms, "fault", "tick_header", once(read_fields).alias("read"))


def _wrong_flag(field: Field) -> str:
    return f"{field.name}_is_wrong"


def _tick_header(spec: Spec) -> Column:
    of_tick = F.filter("headers", lambda header: header["key"] == spec.tick.header)
    # A header without a value, or one that is no text, is a tick all the same, and a bad one.
    return F.when(F.size(of_tick) > 0, F.coalesce(utf8_text(of_tick[0]["value"]), F.lit("")))


def _tick_millis(spec: Spec) -> Column:
    millis = careful_millis(F.col("tick_header"), spec.limits.timestamp_pattern)
    is_own = F.exists(
        "headers", lambda header: (header["key"] == OWN_HEADER) & (header["value"].cast("string") == OWN_TOKEN)
    )
    is_near = millis <= F.col(NAMES.appended_ms) + F.lit(spec.tick.max_future_ms)
    return F.when((millis >= 0) & (is_near | is_own), millis)


def _with_reason(records: DataFrame, spec: Spec) -> DataFrame:
    has_value = F.col("value").isNotNull()
    has_tick = F.col("tick_header").isNotNull()
    event_ms = F.col(f"read.{NAMES.event_ms}")
    limit = F.col(NAMES.appended_ms) + F.lit(spec.limits.max_future_ms)

    reason = F.when(~has_value & ~has_tick, "no-value")
    reason = reason.when(~has_value, F.when(event_ms.isNull(), "tick"))
    reason = reason.when(F.col("fault").isNotNull(), F.col("fault"))
    for field in spec.fields:
        if field.type == "timestamp":
            is_wrong = event_ms.isNull()
        elif field.type == "optional-text":
            is_wrong = F.col(f"read.{_wrong_flag(field)}")
        else:
            is_wrong = F.col(f"read.{field.name}").isNull()
        reason = reason.when(is_wrong, field.reason)
    reason = reason.when(event_ms < 0, "before-1970").when(event_ms > limit, "in-the-future")

    judged = records.select("*", once(reason).alias(NAMES.reason))
    is_good = F.col(NAMES.reason).isNull()
    amount = F.col("read.total_amount")
    return judged.select(
        *_SOURCE_COLUMNS,
        NAMES.appended_ms,
        NAMES.reason,
        (is_good & has_value).alias(NAMES.is_order),
        F.when(is_good, event_ms).alias(NAMES.event_ms),
        *(_filled_in(field, spec) for field in spec.fields if field.type != "timestamp"),
        F.rint(amount * float(10**spec.limits.amount_decimals)).cast("bigint").alias(NAMES.cents),
    )


def _filled_in(field: Field, spec: Spec) -> Column:
    if field.name != "category":
        return F.col(f"read.{field.name}")
    category = F.col(f"read.{field.name}")
    of_product = F.create_map(*(F.lit(text) for pair in spec.categories.items() for text in pair))
    known = F.try_element_at(of_product, F.col("read.product_id")) if spec.categories else F.lit(None)
    filled = F.coalesce(known, F.lit(spec.unknown_category))
    return F.when(category != "", category).otherwise(filled).alias("category")
