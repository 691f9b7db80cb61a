"""Counts late orders of a batch where Spark counts only the rows that its operators dropped.

The batch's records are read once more, away from the query: that is exact, and happens only when one was late.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from .kafka import Kafka
from .orders import NAMES, read_records
from .progress import QueryProgress
from .spec import Spec


class LateOrders:
    """Counts on a thread of its own; the count of a batch, or None where that failed, goes to `found`."""

    def __init__(self, spark: SparkSession, kafka: Kafka, spec: Spec, found: Callable[[int | None], None]) -> None:
        self._spark = spark
        self._kafka = kafka
        self._spec = spec
        self._found = found
        self._batches: queue.Queue[QueryProgress] = queue.Queue()
        threading.Thread(target=self._work, name="late-orders", daemon=True).start()

    def count(self, progress: QueryProgress) -> None:
        """Asks for a batch of the windows query to be counted."""
        self._batches.put(progress)

    def wait(self) -> None:
        """Returns when every batch that was asked for is counted."""
        self._batches.join()

    def _work(self) -> None:
        while True:
            progress = self._batches.get()
            try:
                self._found(self._late_in(progress))
            except Exception as cause:  # Counting must never stop a query, whatever goes wrong.
                print(f"The late orders of batch {progress.batch_id} could not be counted: {cause}", file=sys.stderr)
                self._found(None)
            finally:
                self._batches.task_done()

    def _late_in(self, progress: QueryProgress) -> int:
        start, end = (json.dumps(progress.source[name]) for name in ("startOffset", "endOffset"))
        records = self._kafka.range(self._spark, self._spec.orders_topic, start, end)
        orders = read_records(records, self._spec).where(F.col(NAMES.is_order))
        return orders.where(self._is_late(progress.late_by_ms)).count()

    def _is_late(self, watermark_ms: int) -> Column:
        windowing = self._spec.windowing
        event_ms = F.col(NAMES.event_ms)
        if windowing.deduplicate:
            return event_ms <= watermark_ms
        # Late for the first of its windows, which ends soonest.
        before = event_ms - F.lit(windowing.size_ms)
        first_start = before - F.pmod(before, F.lit(windowing.slide_ms)) + F.lit(windowing.slide_ms)
        return first_start + F.lit(windowing.size_ms) <= watermark_ms
