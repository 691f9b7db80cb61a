"""Writes closed windows as Parquet: one file per batch and partition, each row exactly once for a reader who lists files.

A file's name derives from the checkpoint and the batch alone, and Spark runs a batch again with the same records and the
same state: so a batch that is written again replaces its files by the same rows, and a row that is visible early is final.
Spark's own file sink is exactly-once only for readers of its log, which Athena and DuckDB are not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from tempfile import gettempdir
from typing import Final

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from .storage import Store, Unavailable, is_local, store_at
from .window_names import PARTITIONS, UNFINISHED, is_compacted, part_name

_LONGEST_WAIT_SECONDS: Final = 15.0


def unfinished_files(spark: SparkSession, output: str, checkpoint_id: str) -> Store:
    """Where files are written before they are put into place.

    Beside those of this machine, so that a file is moved as a whole. For an object store it is a file system that all of the
    cluster shares, such as HDFS: what Spark does to write a file costs nothing there, and in the store it is one PUT.
    """
    beside = f"{output.rstrip('/')}/{UNFINISHED}"
    if is_local(output):
        return store_at(None, beside)
    shared = str(spark.sparkContext._jsc.hadoopConfiguration().get("fs.defaultFS", "file:///"))
    if not is_local(shared):
        return store_at(spark, f"{shared.rstrip('/')}/tmp/ecom-{checkpoint_id}")
    is_one_machine = str(spark.sparkContext.master).startswith("local")
    return store_at(None, f"{gettempdir()}/ecom-{checkpoint_id}") if is_one_machine else store_at(spark, beside)


class Interrupted(Exception):
    """The job is to end while the output cannot be written: the batch is left to the next start."""


class WindowFiles:
    """The window folder of an output, as written by one checkpoint."""

    def __init__(
        self,
        store: Store,
        unfinished: Store,
        folder: str,
        checkpoint_id: str,
        check_generation: Callable[[], None],
        is_stopping: Callable[[], bool],
        report: Callable[[str | None], None],
        count: Callable[[int], None],
    ) -> None:
        """`report` gets the reason why a write is tried again, and None once it has succeeded; `count` the rows written."""
        self._store = store
        self._unfinished = unfinished
        self._folder = folder
        self._checkpoint_id = checkpoint_id
        self._check_generation = check_generation
        self._is_stopping = is_stopping
        self._report = report
        self._count = count
        self._may_run_again = True

    def check_writable(self) -> None:
        """Raises `Unavailable` when the output cannot be written."""
        probe = f"probe-{self._checkpoint_id}"
        self._unfinished.write("", probe)
        self._store.take(self._unfinished.uri(probe), self._folder, f".{probe}")
        self._unfinished.remove(probe)
        self._store.remove(self._folder, f".{probe}")

    def write_batch(self, rows: DataFrame, batch_id: int) -> None:
        """Writes a batch; while the output cannot be written, tries again until it can.

        Raises `Fenced` without writing when a newer generation has taken over.
        """
        name = part_name(self._checkpoint_id, batch_id)
        wait_seconds = 1.0
        while True:
            self._check_generation()
            try:
                self._count(self._write(rows, name))
                self._report(None)
                return
            except Unavailable as cause:
                self._report(str(cause))
            if self._is_stopping():
                raise Interrupted(f"batch {batch_id} was not written")
            time.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)

    def _write(self, rows: DataFrame, name: str) -> int:
        unfinished = name.removesuffix(".parquet")
        self._unfinished.remove(unfinished)
        written = _write_parquet(rows, self._unfinished.uri(unfinished))
        finished = [path for path in self._unfinished.files_below(unfinished) if path.endswith(".parquet")]
        # The rows were computed while the generation may have changed.
        self._check_generation()
        for path in finished:
            partition = path.split("/")[:-1]
            if self._may_run_again and is_compacted(self._store.list(self._folder, *partition), self._checkpoint_id):
                # Only a closed hour is compacted, so these rows are in it: this is a batch of a writer that slept.
                print(f"{name} was left out of {'/'.join(partition)}, which is compacted", file=sys.stderr)
                continue
            self._store.take(self._unfinished.uri(unfinished, *path.split("/")), self._folder, *partition, name)
        self._unfinished.remove(unfinished)
        # An hour is compacted once a committed batch has closed it: no batch after a start's first has rows of such an hour.
        self._may_run_again = self._may_run_again and not finished
        return written


def _write_parquet(rows: DataFrame, uri: str) -> int:
    """Answers how many rows there were."""
    counted = Observation()
    try:
        # One task writes all: a batch has few rows, and each partition gets one file.
        rows.observe(counted, F.count(F.lit(1)).alias("rows")).repartition(1).write.mode("overwrite").partitionBy(
            *PARTITIONS
        ).parquet(uri)
    except Py4JJavaError as cause:
        if _is_about_files(cause):
            raise Unavailable(str(cause.java_exception)) from cause
        raise
    return int(counted.get["rows"])


def _is_about_files(error: Py4JJavaError) -> bool:
    """Whether an I/O error is at the root of a failed job."""
    cause = error.java_exception
    while cause is not None:
        if "java.io." in str(cause) or "java.nio.file." in str(cause) or "hadoop.fs" in str(cause):
            return True
        cause = cause.getCause()
    return False
