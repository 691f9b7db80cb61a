"""Writes closed windows as Parquet: one file per batch and partition, each row exactly once for a reader who lists files.

A file's name derives from the checkpoint and the batch alone, and Spark runs a batch again with the same records and the
same state: so a batch that is written again replaces its files by the same rows, and a row that is visible early is final.
Spark's own file sink is exactly-once only for readers of its log, which Athena and DuckDB are not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from .storage import Store, Unavailable
from .window_names import PARTITIONS, UNFINISHED, is_compacted, part_name

_LONGEST_WAIT_SECONDS: Final = 15.0


class Interrupted(Exception):
    """The job is to end while the output cannot be written: the batch is left to the next start."""


class WindowFiles:
    """The window folder of an output, as written by one checkpoint."""

    def __init__(
        self,
        store: Store,
        folder: str,
        checkpoint_id: str,
        check_generation: Callable[[], None],
        is_stopping: Callable[[], bool],
        report: Callable[[str | None], None],
        count: Callable[[int], None],
    ) -> None:
        """`report` is told why a write is being tried again, and None once it has succeeded; `count` the rows written."""
        self._store = store
        self._folder = folder
        self._checkpoint_id = checkpoint_id
        self._check_generation = check_generation
        self._is_stopping = is_stopping
        self._report = report
        self._count = count

    def check_writable(self) -> None:
        """Raises `Unavailable` when the output cannot be written."""
        probe = (UNFINISHED, f"probe-{self._checkpoint_id}")
        self._store.write("", *probe)
        self._store.publish(probe, (self._folder, f".probe-{self._checkpoint_id}"))
        self._store.remove(self._folder, f".probe-{self._checkpoint_id}")

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
        unfinished = (UNFINISHED, name.removesuffix(".parquet"))
        self._store.remove(*unfinished)
        written = _write_parquet(rows, self._store.uri(*unfinished))
        finished = [path for path in self._store.files_below(*unfinished) if path.endswith(".parquet")]
        # The rows were computed while the generation may have changed.
        self._check_generation()
        for path in finished:
            partition = path.split("/")[:-1]
            if is_compacted(self._store.list(self._folder, *partition), self._checkpoint_id):
                # Only a closed hour is compacted, so these rows are in it: this is a batch of a writer that slept.
                print(f"{name} was left out of {'/'.join(partition)}, which is compacted", file=sys.stderr)
                continue
            self._store.publish((*unfinished, *path.split("/")), (self._folder, *partition, name))
        self._store.remove(*unfinished)
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
