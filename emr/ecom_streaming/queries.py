"""The streaming queries, each with its checkpoint, its trigger and its sink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import DataStreamWriter, StreamingQuery

from .customers import customer_alerts
from .kafka import Kafka
from .orders import read_records
from .records import record_outcomes
from .settings import Settings
from .spec import Spec
from .storage import Store
from .window_files import WindowFiles
from .windows import window_rows

WINDOWS: Final = "windows"
RECORDS: Final = "records"
CUSTOMERS: Final = "customers"

# How often a query of real-time mode commits what it has read. It pauses for a second then, and what a restart sends again is
# at most this long: less often makes alerts late more seldom, more often repeats fewer.
_REAL_TIME_COMMIT: Final = "5 minutes"


# Without state, a query may commit what it has read now and then, beside its batches: no batch waits for the checkpoint. What a
# restart sends again is at most this much, under the same ids.
# https://spark.apache.org/docs/latest/streaming/performance-tips.html#asynchronous-progress-tracking
_RARE_COMMITS: Final = {
    "asyncProgressTrackingEnabled": "true",
    "asyncProgressTrackingCheckpointIntervalMs": "30000",
}


def query_names(settings: Settings, spec: Spec) -> tuple[str, ...]:
    """The queries that an application runs."""
    if settings.application == "alerts":
        return (RECORDS,)
    customers = (CUSTOMERS,) if spec.stateful_rules else ()
    records = (RECORDS,) if settings.alerts == "micro-batch" else ()
    return (WINDOWS, *records, *customers)


@dataclass(frozen=True)
class Queries:
    """Starts queries by name."""

    spark: SparkSession
    spec: Spec
    settings: Settings
    kafka: Kafka
    window_files: WindowFiles
    checkpoint: Store
    """Has a folder for each query."""

    def trigger_seconds(self, name: str) -> float:
        """How often a query looks for records; 0: as fast as Spark can."""
        return {
            WINDOWS: self.settings.trigger_seconds,
            RECORDS: self.settings.record_trigger_seconds,
            CUSTOMERS: self.settings.customer_trigger_seconds,
        }[name]

    def is_realtime(self, name: str) -> bool:
        """Whether a query does not read in batches."""
        return name == RECORDS and self.settings.application == "alerts"

    def start(self, name: str, as_fast_as_possible: bool = False) -> StreamingQuery:
        """Starts a query from its checkpoint."""
        writer = self._writer(name).queryName(name).option("checkpointLocation", self.checkpoint.uri(name))
        # A batch of real-time mode never finds that there is nothing more to read: what is left goes in micro-batches.
        if self.is_realtime(name) and not as_fast_as_possible:
            _set_real_time_trigger(self.spark, writer)
        else:
            seconds = 0 if as_fast_as_possible else self.trigger_seconds(name)
            writer = writer.trigger(processingTime=f"{seconds} seconds")
            # Real-time mode could not go on from such a checkpoint: it looks for an entry of every batch.
            if name == RECORDS and not self.is_realtime(name):
                writer = writer.options(**_RARE_COMMITS)
        # Each query has its turn at the cores (see the session): alerts do not wait until a batch of windows is through.
        self.spark.sparkContext.setLocalProperty("spark.scheduler.pool", name)
        # Nearly every order over customers is a group of its own: to sort a backlog of them takes half the time of a hash table of
        # objects, and little memory. A query keeps the settings that it was started with.
        self.spark.conf.set("spark.sql.execution.useObjectHashAggregateExec", str(name != CUSTOMERS).lower())
        return writer.start()

    def _writer(self, name: str) -> DataStreamWriter:
        # Only the windows keep enough of a batch in memory to need a limit.
        most = self.settings.max_offsets_per_trigger if name == WINDOWS else None
        records = read_records(
            self.kafka.stream(
                self.spark,
                self.spec.orders_topic,
                self.settings.starting_offsets,
                self.settings.fail_on_data_loss,
                most,
            ),
            self.spec,
        )
        if name == WINDOWS:
            return window_rows(records, self.spec).writeStream.outputMode("append").foreachBatch(self._write_windows)
        if name == CUSTOMERS:
            return self._to_kafka(customer_alerts(records, self.spec)).outputMode("update")
        return self._to_kafka(record_outcomes(records, self.spec)).outputMode("update")

    def _to_kafka(self, records: DataFrame) -> DataStreamWriter:
        return records.writeStream.format("kafka").options(**self.kafka.sink_options())

    def _write_windows(self, rows: DataFrame, batch_id: int) -> None:
        if self.settings.console_table:
            rows.persist()
            columns = [column.name for column in self.spec.windowing.columns]
            rows.select(*columns).orderBy(*columns[:1]).show(truncate=False)
        self.window_files.write_batch(rows, batch_id)
        if self.settings.console_table:
            rows.unpersist()


def _set_real_time_trigger(spark: SparkSession, writer: DataStreamWriter) -> None:
    """Real-time mode; the Python of Spark 4.1 has no way to say it, its JVM has."""
    trigger: Any = spark.sparkContext._jvm.org.apache.spark.sql.streaming.Trigger
    writer._jwrite = writer._jwrite.trigger(trigger.RealTime(_REAL_TIME_COMMIT))
