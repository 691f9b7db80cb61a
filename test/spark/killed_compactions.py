"""Kills a compaction before each of its changes to the output, in turn, and runs it again: states for a test to read.

`spark-submit killed_compactions.py OUTPUT CHECKPOINT DATE HOUR WORK` leaves in WORK the folders `killed-N`, as the kill
before the Nth change left them, `killed-copying` where it came when a copy was there and its source not yet gone, as S3
has it, each with `…-resumed` as the next run leaves it; `undisturbed`, where nothing came between; and cases by name.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "emr"))

from pyspark.sql import functions as F

from ecom_streaming.compaction import Compaction, Hour
from ecom_streaming.session import start_spark
from ecom_streaming.storage import _Hadoop, store_at
from ecom_streaming.window_files import WindowFiles


class Killed(BaseException):
    """No Exception, so that nothing in the program can act on it: as with SIGKILL."""


class DyingStore:
    """A store that dies before a change, when the number or the name of the operation says so."""

    def __init__(self, store: Any, dies: Callable[[int, str, Any], bool]) -> None:
        self._store = store
        self._dies = dies
        self._changes = 0

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if name not in ("write", "publish", "remove"):
            return operation

        def change(*arguments: Any) -> None:
            self._changes += 1
            if self._dies(self._changes, name, arguments):
                raise Killed
            operation(*arguments)

        return change


def main(output: str, checkpoint: str, date: str, hour_of_day: str, work: Path) -> None:
    spark = start_spark("killed compactions", {})
    spark.sparkContext.setLogLevel("WARN")
    hour = Hour(date, hour_of_day)
    original = Path(output.removeprefix("file://").replace("%20", " "))
    checkpoint_store = store_at(spark, checkpoint)
    checkpoint_id = str(json.loads(checkpoint_store.read("ecom-checkpoint.json") or "")["id"])

    def copy(name: str, of: Path = original) -> Path:
        shutil.copytree(of, work / name)
        return work / name

    def compact(folder: Path, dies: Callable[[int, str, Any], bool] = lambda *_: False) -> bool:
        """Answers whether it lived."""
        store: Any = DyingStore(store_at(spark, str(folder)), dies)
        try:
            for _ in Compaction(spark, store, checkpoint_store, output).run(hour.start_ms, hour.start_ms + 3_600_000):
                pass
        except Killed:
            return False
        return True

    def resume(folder: Path) -> None:
        compact(copy(f"{folder.name}-resumed", of=folder))

    def killed(at: int) -> bool:
        folder = copy(f"killed-{at}")
        if compact(folder, lambda change, *_: change == at):
            folder.rename(work / "undisturbed")
            return False
        resume(folder)
        return True

    def dies_copying(_: int, name: str, arguments: Any) -> bool:
        if name == "publish":
            source, target = (store_at(spark, str(work / "killed-copying")).uri(*names) for names in arguments)
            shutil.copy(source.removeprefix("file://"), target.removeprefix("file://"))
        return name == "publish"

    at = 1
    while killed(at):
        at += 1
    compact(copy("killed-copying"), dies_copying)
    resume(work / "killed-copying")

    # As objects are reached: through Hadoop.
    hadoop = _Hadoop(spark, f"file://{copy('through-hadoop')}")
    list(Compaction(spark, hadoop, _Hadoop(spark, checkpoint_store.uri()), output).run(hour.start_ms, hour.start_ms + 3_600_000))

    parts = sorted(original.joinpath("analytics", *hour.folder).glob("part-*.parquet"))

    # Files of another checkpoint, and of a batch that is not committed, are nobody's to touch.
    foreign = copy("foreign").joinpath("analytics", *hour.folder)
    shutil.copy(parts[0], foreign / "part-another-000001.parquet")
    shutil.copy(parts[0], foreign / f"part-{checkpoint_id}-999999.parquet")
    compact(work / "foreign")

    # A writer that slept through a compaction wakes up.
    slept = copy("slept", of=work / "undisturbed")
    rows = spark.read.parquet(str(parts[0])).withColumns({"date": F.lit(hour.date), "hour": F.lit(hour.hour)})
    output_of, unfinished = (store_at(spark, str(folder)) for folder in (slept, slept / ".unfinished"))
    WindowFiles(
        output_of, unfinished, "analytics", checkpoint_id, lambda: None, lambda: False, lambda _: None, lambda _: None
    ).write_batch(rows, int(parts[0].stem.rpartition("-")[2]))

    # It woke between looking and putting its file there: the next compaction takes that away.
    woken = copy("woken", of=work / "undisturbed")
    shutil.copy(parts[0], woken.joinpath("analytics", *hour.folder))
    compact(woken)
    spark.stop()


main(*sys.argv[1:5], Path(sys.argv[5]))
