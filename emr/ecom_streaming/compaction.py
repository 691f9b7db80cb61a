"""Joins the files of closed hours: one file an hour, where the streaming job wrote one for each batch.

A store that only lists files cannot exchange many for one at once. So the rows are first written whole where no reader
looks, and a journal in the hour's folder names that file; from then on the parts are taken away one by one, and only when
the last is gone is the whole put in their place. A reader finds some of the rows in between, never one twice. A run that
is killed leaves either the parts as they were, or a journal that the next run carries out.

Only a closed hour is touched: one that the last batch in the checkpoint's commit log has left behind. No batch after it
can hold a row of that hour, so the hour's files are all of committed batches, and final.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from .checkpoint import WindowCheckpoint, last_committed_batch, logged_watermark_ms, read_window_checkpoint
from .errors import JobError
from .queries import WINDOWS
from .storage import Store
from .window_names import PARTITIONS, UNFINISHED, batch_of, journal_name, whole_name

_HOUR_MS: Final = 3_600_000
_JOURNAL_VERSION: Final = 1
# What a run that was killed has left behind no other run can still be writing after this long.
_LEFT_BEHIND_MS: Final = 24 * _HOUR_MS


@dataclass(frozen=True, order=True)
class Hour:
    """An hour of window starts, as its folder is named."""

    date: str
    hour: str

    @property
    def start_ms(self) -> int:
        """Raises ValueError where the names are no date and hour."""
        start = datetime.strptime(f"{self.date} {self.hour}", "%Y-%m-%d %H").replace(tzinfo=timezone.utc)
        return int(start.timestamp()) * 1000

    @property
    def folder(self) -> tuple[str, str]:
        return (f"{PARTITIONS[0]}={self.date}", f"{PARTITIONS[1]}={self.hour}")

    def __str__(self) -> str:
        return f"{self.date}T{self.hour}"


@dataclass(frozen=True)
class CommittedBatch:
    """The last batch that is in the commit log, and the watermark that it was judged by."""

    batch_id: int
    watermark_ms: int


@dataclass(frozen=True)
class Compacted:
    """What was done about an hour."""

    hour: Hour
    files: int
    """Parts that are gone. After a kill: those that the killed run had found."""
    finished: bool
    """A run that was killed had begun it."""


def last_committed(checkpoint: Store) -> CommittedBatch | None:
    """Reads Spark's own logs of the windows query. None before the first batch."""
    batch_id = last_committed_batch(checkpoint, WINDOWS)
    if batch_id is None:
        return None
    return CommittedBatch(batch_id, logged_watermark_ms(checkpoint, WINDOWS, "offsets", batch_id))


def is_closed(start_ms: int, windows: WindowCheckpoint, watermark_ms: int) -> bool:
    """Whether every window that starts in an hour was written by the batch of that watermark, or before."""
    last_start = (start_ms + _HOUR_MS - 1) // windows.slide_ms * windows.slide_ms
    return last_start + windows.size_ms <= watermark_ms


class Compaction:
    """Compacts what one checkpoint has written to its output."""

    def __init__(self, spark: SparkSession, output: Store, checkpoint: Store, output_name: str) -> None:
        """`output_name` is the output as given. Raises JobError where it is not the checkpoint's."""
        self._spark = spark
        self._output = output
        self._checkpoint = checkpoint
        self._windows = read_window_checkpoint(checkpoint)
        if self._windows.output.rstrip("/") != output_name.rstrip("/"):
            raise JobError(
                "ECOM_OUTPUT_FOREIGN",
                f"This checkpoint writes to {self._windows.output}, not here",
                output_name,
                "Name the --output that the job was started with, letter for letter.",
            )

    def run(self, since_ms: int | None, before_ms: int | None) -> Iterator[Compacted]:
        """Compacts the closed hours that start at or after the one and before the other, oldest first."""
        committed = last_committed(self._checkpoint)
        if committed is None:
            return
        self._remove_leftovers()
        for hour in self._hours():
            is_asked_for = (since_ms or 0) <= hour.start_ms and (before_ms is None or hour.start_ms < before_ms)
            if is_asked_for and is_closed(hour.start_ms, self._windows, committed.watermark_ms):
                compacted = self._compact(hour, committed.batch_id)
                if compacted is not None:
                    yield compacted

    def _hours(self) -> list[Hour]:
        root = self._windows.folder
        found: list[Hour] = []
        for date in _values(self._output.list(root), PARTITIONS[0]):
            hours = _values(self._output.list(root, f"{PARTITIONS[0]}={date}"), PARTITIONS[1])
            found.extend(Hour(date, hour) for hour in hours)
        return sorted(hour for hour in found if _is_hour(hour))

    def _compact(self, hour: Hour, last_batch: int) -> Compacted | None:
        names = self._list(hour)
        journal, whole = journal_name(self._windows.id), whole_name(self._windows.id)
        if journal in names:
            parts = self._carry_out(hour, names)
            return Compacted(hour, len(parts), finished=True)
        parts = [name for name in names if _is_committed(batch_of(name, self._windows.id), last_batch)]
        if whole in names:
            return self._remove_repeats(hour, parts) if parts else None
        if len(parts) < 2:
            return None
        merged = self._merge(hour, parts)
        document = {"version": _JOURNAL_VERSION, "parts": parts, "merged": merged}
        self._output.write(json.dumps(document, indent=2) + "\n", *self._in(hour, journal))
        self._carry_out(hour, [*names, journal])
        return Compacted(hour, len(parts), finished=False)

    def _list(self, hour: Hour) -> list[str]:
        return self._output.list(self._windows.folder, *hour.folder)

    def _in(self, hour: Hour, name: str) -> tuple[str, ...]:
        return (self._windows.folder, *hour.folder, name)

    def _merge(self, hour: Hour, parts: list[str]) -> list[str]:
        """Writes the rows of the parts as one file where no reader looks; answers its path below the unfinished."""
        # A name of its own: two runs at once do the same work, and neither takes the other's away.
        folder = f"compact-{self._windows.id}-{hour}-{time.time_ns() // 1_000_000}"
        rows = self._read(hour, parts)
        order = [name for name, kind in rows.dtypes if kind in ("timestamp", "string")]
        try:
            rows.repartition(1).sortWithinPartitions(*order).write.parquet(self._output.uri(UNFINISHED, folder))
            files = [path for path in self._output.files_below(UNFINISHED, folder) if path.endswith(".parquet")]
            before, after = rows.count(), self._parquet([self._output.uri(UNFINISHED, folder, *files)]).count()
        except (Py4JJavaError, PySparkException) as cause:
            raise self._failed(hour, str(cause).splitlines()[0]) from cause
        if len(files) != 1 or before != after:
            raise self._failed(hour, f"{before} rows of {len(parts)} files became {after} rows of {len(files)}")
        return [folder, *files]

    def _parquet(self, uris: list[str]) -> DataFrame:
        # A cluster may be set to pass over what is missing or damaged.
        return self._spark.read.option("ignoreMissingFiles", "false").option("ignoreCorruptFiles", "false").parquet(*uris)

    def _read(self, hour: Hour, names: list[str]) -> DataFrame:
        return self._parquet([self._output.uri(*self._in(hour, name)) for name in names])

    def _carry_out(self, hour: Hour, names: list[str]) -> list[str]:
        """Does what the journal says, or the rest of it; answers the parts that it names."""
        journal = self._in(hour, journal_name(self._windows.id))
        document = self._journal(journal)
        parts: list[str] = document["parts"]
        merged = (UNFINISHED, *document["merged"])
        is_merged = merged[-1] in self._output.list(*merged[:-1])
        if not is_merged and whole_name(self._windows.id) not in names:
            raise self._failed(hour, f"{self._output.uri(*merged)}, which holds its rows, is gone; no file was touched")
        for name in parts:
            if name in names:
                self._output.remove(*self._in(hour, name))
        if is_merged:
            self._output.publish(merged, self._in(hour, whole_name(self._windows.id)))
        self._output.remove(*journal)
        self._output.remove(*merged[:2])
        return parts

    def _journal(self, path: tuple[str, ...]) -> dict[str, Any]:
        text = self._output.read(*path)
        try:
            document: dict[str, Any] = json.loads(text or "")
            if document["version"] != _JOURNAL_VERSION or not document["parts"] or len(document["merged"]) != 2:
                raise ValueError(f"version {document['version']}")
        except (KeyError, TypeError, ValueError) as cause:
            raise JobError(
                "ECOM_COMPACTION_JOURNAL",
                f"The journal of a compaction cannot be read: {cause!r}",
                self._output.uri(*path),
                "Use the version of this command that wrote it; no file was touched.",
            ) from cause
        return document

    def _remove_repeats(self, hour: Hour, parts: list[str]) -> Compacted:
        """Takes away what a writer that slept has put beside the whole; it can only hold rows that are in there."""
        try:
            extra = self._read(hour, parts).exceptAll(self._read(hour, [whole_name(self._windows.id)])).count()
        except (Py4JJavaError, PySparkException) as cause:
            raise self._failed(hour, str(cause).splitlines()[0]) from cause
        if extra > 0:
            raise self._failed(hour, f"{', '.join(parts)} hold {extra} rows that its whole file lacks; no file was touched")
        for name in parts:
            self._output.remove(*self._in(hour, name))
        return Compacted(hour, len(parts), finished=True)

    def _failed(self, hour: Hour, why: str) -> JobError:
        return JobError(
            "ECOM_COMPACTION_FAILED",
            f"The hour {hour} cannot be compacted: {why}",
            self._output.uri(self._windows.folder, *hour.folder),
            "Nothing is lost by running it again; if it fails again, look at the files of that folder.",
        )

    def _remove_leftovers(self) -> None:
        """Takes away what runs that were killed before they wrote a journal have left where no reader looks."""
        left = [name for name in self._output.list(UNFINISHED) if self._is_old(name)]
        named = {self._merged_folder(hour) for hour in self._hours()} if left else set()
        for name in left:
            if name not in named:
                self._output.remove(UNFINISHED, name)

    def _is_old(self, name: str) -> bool:
        made_ms = name.rpartition("-")[2]
        is_ours = name.startswith(f"compact-{self._windows.id}-") and made_ms.isdigit()
        return is_ours and time.time() * 1000 - int(made_ms) > _LEFT_BEHIND_MS

    def _merged_folder(self, hour: Hour) -> str | None:
        journal = journal_name(self._windows.id)
        return self._journal(self._in(hour, journal))["merged"][0] if journal in self._list(hour) else None


def _values(names: list[str], partition: str) -> list[str]:
    return [name.removeprefix(f"{partition}=") for name in names if name.startswith(f"{partition}=")]


def _is_hour(hour: Hour) -> bool:
    try:
        return hour.start_ms >= 0
    except ValueError:
        return False


def _is_committed(batch_id: int | None, last_batch: int) -> bool:
    return batch_id is not None and batch_id <= last_batch
