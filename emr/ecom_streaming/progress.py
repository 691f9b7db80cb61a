"""What the queries have done so far, taken from Spark's own progress events.

Spark hands these over on a thread of their own: a slow or failing reader of them never holds a batch up.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from pyspark import SparkContext
from pyspark.sql.streaming.listener import StreamingQueryListener

from .records import OBSERVED_BAD
from .spec import Windowing
from .windows import OBSERVED_RECORDS

_DEDUPLICATION: Final = "dedupeWithinWatermark"


@dataclass
class Totals:
    """Since this start of the job."""

    orders: int = 0
    duplicates: int = 0
    late: int | None = 0
    ticks: int = 0
    bad_records: dict[str, int] = field(default_factory=dict)


@dataclass
class QueryProgress:
    """The last batch of one query."""

    name: str
    batch_id: int
    document: dict[str, Any]
    """Spark's own, https://spark.apache.org/docs/latest/structured-streaming-programming-guide.html"""
    previous_watermark_ms: int | None = None
    """Of the batch before, 0 where it had none; None where that is not known."""

    @property
    def watermark_ms(self) -> int | None:
        """The watermark that the batch was judged by; None before there is one."""
        text = self.document.get("eventTime", {}).get("watermark")
        watermark_ms = None if text is None else _epoch_ms(text)
        return watermark_ms or None

    @property
    def late_by_ms(self) -> int:
        """The watermark that records were late by: that of the batch before, since a batch evicts by its own."""
        return (self.watermark_ms or 0) if self.previous_watermark_ms is None else self.previous_watermark_ms

    @property
    def source(self) -> dict[str, Any]:
        return self.document["sources"][0]

    def behind_latest(self) -> dict[str, int]:
        """Offsets that the batch left unread, by partition."""
        topics = (self.source.get(name) for name in ("endOffset", "latestOffset"))
        end, latest = (_partitions(topic) for topic in topics)
        return {partition: max(0, offset - end.get(partition, 0)) for partition, offset in latest.items()}


LateBatch = Callable[[QueryProgress], None]


class _Events:
    """Hands Spark's events on as the objects of the JVM that they are.

    PySpark makes Python objects of them, number by number, and has the JVM look through all its jars for classes that are
    not there while it does: in a job of three queries, a tenth of all its work. Their JSON is all that is read of them.
    """

    class Java:
        """What the JVM knows it as."""

        implements: Final = ["org.apache.spark.sql.streaming.PythonStreamingQueryListener"]

    def __init__(self, progress: Progress) -> None:
        self.onQueryStarted = progress.onQueryStarted
        self.onQueryProgress = progress.onQueryProgress
        self.onQueryIdle = progress.onQueryIdle
        self.onQueryTerminated = progress.onQueryTerminated


class Progress(StreamingQueryListener):
    """Keeps totals and the last batch of every query. Read from any thread."""

    def __init__(self, windowing: Windowing, count_late: LateBatch) -> None:
        """`count_late` counts the late orders of a batch where Spark's own numbers do not say how many there were."""
        super().__init__()
        self.totals = Totals()
        self.latest: dict[str, QueryProgress] = {}
        self._latest_order_ms: int | None = None
        self.last_order_at: float = time.monotonic()
        """When an order was last seen, on the monotonic clock."""
        self._idle: dict[str, int] = {}
        self._idle_at: dict[str, float] = {}
        self.is_untold = True
        """Whether no event tells of the batches that were committed before this start."""
        self._appended: tuple[int, float] | None = None
        self._names: dict[str, str] = {}
        self._windowing = windowing
        self._count_late = count_late
        self._lock = threading.Lock()
        self._java_listener: Any = None

    @property
    def _jlistener(self) -> Any:
        if self._java_listener is None:
            jvm: Any = SparkContext._jvm
            self._java_listener = jvm.PythonStreamingQueryListenerWrapper(_Events(self))
        return self._java_listener

    def onQueryStarted(self, event: Any) -> None:
        self._names[str(event.runId())] = str(event.name())

    def onQueryProgress(self, event: Any) -> None:
        document = json.loads(event.progress().json())
        progress = QueryProgress(str(document.get("name")), int(document["batchId"]), document)
        with self._lock:
            before = self.latest.get(progress.name)
            if before is not None and before.batch_id + 1 == progress.batch_id:
                progress.previous_watermark_ms = before.watermark_ms or 0
            self._idle_at.pop(progress.name, None)
            self._add(progress)
            # Last: who sees the batch sees its orders too.
            self.latest[progress.name] = progress

    def onQueryIdle(self, event: Any) -> None:
        name = self._names.get(str(event.runId()), "")
        self._idle[name] = self._idle.get(name, 0) + 1
        self._idle_at[name] = time.monotonic()

    def onQueryTerminated(self, event: Any) -> None:
        self._names.pop(str(event.runId()), None)

    def idle_count(self, query: str) -> int:
        """How often a query has looked for records and found none."""
        return self._idle.get(query, 0)

    def is_idle(self, query: str, within_seconds: float) -> bool:
        """Whether the last word of a query is that it found no records, and not long ago: one that is stuck says nothing."""
        idle_at = self._idle_at.get(query)
        return idle_at is not None and time.monotonic() - idle_at <= within_seconds

    def idle_at_ms(self, query: str) -> float | None:
        """When a query last said that it found no records, in epoch milliseconds; None where a batch was its last word."""
        idle_at = self._idle_at.get(query)
        return None if idle_at is None else (time.time() - (time.monotonic() - idle_at)) * 1000

    @property
    def latest_event_ms(self) -> int | None:
        """An event time that no order of an open window is after; None where no window is open."""
        return self._latest_order_ms

    @property
    def brokers_ms(self) -> int | None:
        """The time by the brokers' clocks, or somewhat before; None until a record is read.

        The clock of this machine has no part in it but to say how long ago a record was read.
        """
        if self._appended is None:
            return None
        appended_ms, read_at = self._appended
        return appended_ms + int((time.monotonic() - read_at) * 1000)

    def tell(self, watermark_ms: int | None) -> None:
        """Takes the watermark after what no event tells of, None where no window was open: it remembers the newest order."""
        with self._lock:
            self.is_untold = False
            if watermark_ms is not None:
                self._note_order(watermark_ms + self._windowing.watermark_ms)

    def add_late(self, orders: int | None) -> None:
        """Adds late orders; None when they could not be counted."""
        with self._lock:
            late = self.totals.late
            self.totals.late = None if orders is None or late is None else late + orders

    def _add(self, progress: QueryProgress) -> None:
        observed = progress.document.get("observedMetrics", {})
        for reason, count in observed.get(OBSERVED_BAD, {}).items():
            if count:
                self.totals.bad_records[reason] = self.totals.bad_records.get(reason, 0) + int(count)
        records = observed.get(OBSERVED_RECORDS)
        if records is not None:
            self._add_records(progress, records)

    def _add_records(self, progress: QueryProgress, records: dict[str, Any]) -> None:
        self.totals.orders += int(records["orders"])
        self.totals.ticks += int(records["ticks"])
        if records["appended_ms"] is not None:
            self._appended = (int(records["appended_ms"]), time.monotonic())
        if not records["orders"]:
            return
        self.last_order_at = time.monotonic()
        self._note_order(int(records["latest_ms"]))
        dropped = 0
        for operator in progress.document.get("stateOperators", []):
            if operator.get("operatorName") == _DEDUPLICATION:
                self.totals.duplicates += int(operator.get("customMetrics", {}).get("numDroppedDuplicateRows", 0))
                dropped += int(operator.get("numRowsDroppedByWatermark", 0))
        self._note_late(progress, records, dropped)

    def _note_order(self, event_ms: int) -> None:
        self._latest_order_ms = max(self._latest_order_ms or 0, event_ms)

    def _note_late(self, progress: QueryProgress, records: dict[str, Any], dropped: int) -> None:
        """Deduplication drops late records one by one, so there Spark's count is in orders, unless ticks were among them."""
        if self._windowing.deduplicate and not (dropped and records["ticks"]):
            self.totals.late = None if self.totals.late is None else self.totals.late + dropped
        elif int(records["earliest_ms"]) <= progress.late_by_ms:
            self._count_late(progress)


def _epoch_ms(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)


def _partitions(offsets: Any) -> dict[str, int]:
    """Offsets by partition of the one topic that is read."""
    topics = json.loads(offsets) if isinstance(offsets, str) else offsets
    if not isinstance(topics, dict):
        return {}
    return {partition: int(offset) for topic in topics.values() for partition, offset in topic.items()}
