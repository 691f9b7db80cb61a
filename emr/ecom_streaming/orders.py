"""Reads records of the orders topic: an order, a tick, or one reason from the spec's closed list why it is neither.

The answer is that of `OrderReader` in `plugins/ecom-analytics/core/order.ts`, reason for reason. A function in Java reads (`../reader/`): Spark's
`from_json` is lenient, and the column expressions that make it exact cost three times as much. No Python runs on the executors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from .spec import Spec
from .ticks import OWN_HEADER

_READER: Final = "ecom_read_record"
# Later than any time that a tick can state.
_FAR_FUTURE_MS: Final = 2**53
_SOURCE_COLUMNS: Final = ("key", "value", "topic", "partition", "offset")


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

    Fields of a record that is not an order are null. The category is filled in.
    """
    _register_reader(records.sparkSession, spec)
    tick = F.when(F.col("value").isNull(), _header(spec.tick.header))
    # The broker's clock does not judge a tick of the job.
    is_own = tick.isNotNull() & _header(OWN_HEADER).isNotNull()
    appended_ms = F.unix_millis("timestamp")
    timed = records.select(
        *_SOURCE_COLUMNS,
        appended_ms.alias(NAMES.appended_ms),
        tick.alias("tick"),
        F.when(is_own, F.lit(_FAR_FUTURE_MS)).otherwise(appended_ms).alias("judged_by_ms"),
    )
    read = F.call_udf(_READER, F.col("value"), F.col("tick"), F.col("judged_by_ms"))
    return timed.select(*_SOURCE_COLUMNS, NAMES.appended_ms, read.alias("read")).select(
        *_SOURCE_COLUMNS, NAMES.appended_ms, "read.*"
    )


def _header(name: str) -> Column:
    """The value of the first header of a name, empty where it has none; null where there is no such header."""
    at = F.array_position("headers.key", name).cast("int")
    return F.when(at > 0, F.coalesce(F.get("headers.value", at - 1), F.lit(b"")))


def _register_reader(spark: SparkSession, spec: Spec) -> None:
    """Makes the reader known to the session, which is of one spec."""
    if spark.catalog.functionExists(_READER):
        return
    jvm: Any = spark.sparkContext._jvm
    spark._jsparkSession.udf().register(_READER, jvm.ecom.ReadRecord.of(spec.document))
