"""Orders to window rows: counted once, summed exactly, final when the watermark has passed the window's end."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .errors import JobError
from .orders import NAMES
from .spec import Spec

OBSERVED_RECORDS: Final = "records"

# The sum of cents may outgrow a bigint, and Spark adds decimals slowly: so each half is summed as a bigint of its own.
_LOW_BITS: Final = 31
# The most digits of a Spark decimal; fewer than ten of them are ever in use together.
WHOLE: Final = "decimal(28,0)"

_COLUMN_TYPES: Final = {"timestamp-millis": "timestamp", "string": "string", "int64": "bigint", "double": "double"}


def event_times(records: DataFrame, spec: Spec, delay_ms: int) -> DataFrame:
    """Orders and ticks with their event time as `event_time`, watermarked. Ticks have no order's fields.

    A filter on anything else right after this would be pushed below the watermark, and ticks with it: filter later, on
    something that has been aggregated.
    """
    is_order = F.col(NAMES.is_order)
    # Longer than an order id may be, so that a tick is nobody's duplicate.
    tick_key = F.lpad(F.concat_ws("-", "partition", "offset"), spec.max_key_length + 1, " ")
    return (
        records.where(F.col(NAMES.event_ms).isNotNull())
        .select(
            F.timestamp_millis(NAMES.event_ms).alias("event_time"),
            F.when(is_order, F.col(spec.order.key)).otherwise(tick_key).alias("key"),
            F.col("offset"),
            is_order.alias(NAMES.is_order),
            *(F.when(is_order, F.col(name)).alias(name) for name in (*spec.fields, NAMES.cents)),
        )
        .withWatermark("event_time", f"{delay_ms} milliseconds")
    )


def observe_records(records: DataFrame) -> DataFrame:
    """Counts, for the progress of each batch, what came in."""
    is_order = F.col(NAMES.is_order)
    is_tick = ~is_order & F.col(NAMES.event_ms).isNotNull()
    order_ms = F.when(is_order, F.col(NAMES.event_ms))
    return records.observe(
        OBSERVED_RECORDS,
        F.count_if(is_order).alias("orders"),
        F.count_if(is_tick).alias("ticks"),
        F.min(order_ms).alias("earliest_ms"),
        F.max(order_ms).alias("latest_ms"),
        F.max(NAMES.appended_ms).alias("appended_ms"),
    )


def cents_sums() -> list[Column]:
    """Aggregates that `total_cents` puts together."""
    cents = F.col(NAMES.cents)
    low = cents.bitwiseAND(F.lit((1 << _LOW_BITS) - 1))
    return [F.sum(F.shiftright(cents, _LOW_BITS)).alias("high_cents"), F.sum(low).alias("low_cents")]


def total_cents() -> Column:
    """The sum of cents, exact whatever its size."""
    high, low = (F.col(name).cast(WHOLE) for name in ("high_cents", "low_cents"))
    return (high * F.lit(Decimal(1 << _LOW_BITS)) + low).cast(WHOLE)


def to_usd(cents: Column) -> Column:
    """Cents to USD, as the nearest double."""
    return (cents.cast(WHOLE) * F.lit(Decimal("0.01"))).cast("double")


def window_rows(records: DataFrame, spec: Spec) -> DataFrame:
    """One row per window and key, in the spec's columns, with the partition columns `date` and `hour` behind them."""
    windowing = spec.windowing
    timed = event_times(observe_records(records), spec, windowing.watermark_ms)
    if windowing.deduplicate:
        timed = timed.dropDuplicatesWithinWatermark(["key"])
    window = F.window("event_time", f"{windowing.size_ms} milliseconds", f"{windowing.slide_ms} milliseconds")
    keys = [F.col(key.field).alias(key.column) for key in windowing.group_by]
    counted = timed.groupBy(window, *keys).agg(
        F.count(NAMES.cents).alias("order_count"),
        *cents_sums(),
        F.min(NAMES.cents).alias("min_cents"),
        F.max(NAMES.cents).alias("max_cents"),
        F.size(F.collect_set("customer_id")).alias("unique_customers"),
    )
    # On an aggregate, so that Spark cannot move it below the watermark: it drops the windows that hold ticks alone.
    of_orders = counted.where(F.col("order_count") > 0)
    return _in_columns(of_orders, spec)


def _in_columns(counted: DataFrame, spec: Spec) -> DataFrame:
    summed = counted.select("*", total_cents().alias("cents"))
    # Half-up: (2·sum + n) div 2n. A division of decimals would be rounded before it could be cut.
    average = F.expr("(cents * 2 + order_count) div (order_count * 2)")
    meanings = {
        "window_start": F.col("window.start"),
        "window_end": F.col("window.end"),
        **{key.column: F.col(key.column) for key in spec.windowing.group_by},
        "order_count": F.col("order_count"),
        "total_revenue": to_usd(F.col("cents")),
        "avg_order_value": to_usd(average),
        "unique_customers": F.col("unique_customers"),
        "max_order_value": to_usd(F.col("max_cents")),
        "min_order_value": to_usd(F.col("min_cents")),
    }
    unknown = [column.name for column in spec.windowing.columns if column.name not in meanings]
    if unknown:
        raise JobError(
            "ECOM_SPEC_INVALID",
            f"The pipeline spec has a window column {unknown[0]} that this job cannot compute",
            "windowing.columns",
            f"The columns it knows are {', '.join(meanings)}.",
        )
    return summed.select(
        *(meanings[column.name].cast(_COLUMN_TYPES[column.type]).alias(column.name) for column in spec.windowing.columns),
        F.date_format("window.start", "yyyy-MM-dd").alias("date"),
        F.date_format("window.start", "HH").alias("hour"),
    )
