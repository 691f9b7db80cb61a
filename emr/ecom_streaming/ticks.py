"""Sends ticks: records without a value whose header moves event time, so that the windows of an idle topic close."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from .kafka import Kafka
from .spec import Spec

# Marks a tick as the job's. Every start and every application that reads it believes it, whatever the broker's clock says: it
# goes no further than it takes to close the windows of orders that were accepted. Were it judged by the time at which it is
# appended, as others' are, a clock that is set back would keep a drain from ever ending.
OWN_HEADER: Final = "ecom-tick-by"
_OWN: Final = "streaming job"


def last_window_end(event_ms: int, spec: Spec) -> int:
    """The end of the latest window that an event time falls into, in epoch milliseconds."""
    slide_ms, size_ms = spec.windowing.slide_ms, spec.windowing.size_ms
    return event_ms // slide_ms * slide_ms + size_ms


def closing_tick_ms(event_ms: int, spec: Spec) -> int:
    """The smallest time of a tick whose watermark passes the end of every window that an event time falls into."""
    return last_window_end(event_ms, spec) + spec.windowing.watermark_ms


@dataclass
class IdleTicks:
    """Decides when an idle topic gets a tick. Times in epoch milliseconds, durations in seconds."""

    spec: Spec
    _last_sent_at: float = -math.inf

    def due(self, latest_event_ms: int, watermark_ms: int, brokers_ms: int | None, idle_seconds: float) -> int | None:
        """The time of the tick to send now, or None. To be asked only when the query has read all there is: event time that a
        tick moves would make orders late that are still waiting to be read.

        Only while a window is open, and no further than closes it. By the brokers' clocks, which orders are judged by as well:
        that of this machine may be ahead, and would close windows whose orders are still to come.
        """
        idle_after = self.spec.tick.idle_after_ms / 1000
        if watermark_ms >= last_window_end(latest_event_ms, self.spec) or time.monotonic() - self._last_sent_at < idle_after:
            return None
        if brokers_ms is None:
            # Moves nothing: what the job wants to know is when it is appended.
            tick_ms = latest_event_ms
        elif idle_seconds < idle_after or brokers_ms <= latest_event_ms:
            return None
        else:
            tick_ms = min(brokers_ms, closing_tick_ms(latest_event_ms, self.spec))
        self._last_sent_at = time.monotonic()
        return tick_ms


# A tick is sent by the thread that watches over the queries, which cannot wait for a broker as long as a batch may.
_SOON: Final = {"kafka.max.block.ms": "5000", "kafka.request.timeout.ms": "5000", "kafka.delivery.timeout.ms": "10000"}


def send_tick(spark: SparkSession, kafka: Kafka, spec: Spec, event_ms: int) -> None:
    """Sends one tick to the orders topic."""
    moment = datetime.fromtimestamp(event_ms / 1000, timezone.utc)
    text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    header_values = {spec.tick.header: text, OWN_HEADER: _OWN}
    headers = F.array(
        *(F.struct(F.lit(key).alias("key"), F.lit(value).cast("binary").alias("value")) for key, value in header_values.items())
    )
    tick = spark.range(1, numPartitions=1).select(
        F.lit(None).cast("binary").alias("key"), F.lit(None).cast("binary").alias("value"), headers.alias("headers")
    )
    tick.write.format("kafka").options(**{**kafka.sink_options(), **_SOON}).option("topic", spec.orders_topic).save()
