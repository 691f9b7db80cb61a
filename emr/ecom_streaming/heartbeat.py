"""The status object: what the job is doing, for those who watch it from outside."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timezone
from typing import Any, Final

from .errors import JobError
from .progress import Progress, QueryProgress
from .storage import Store, Unavailable, is_local

# An object of S3 costs what it is written; a file of this machine nothing.
_EVERY_SECONDS: Final = {True: 2.0, False: 10.0}
_OUTPUT_WAITS: Final = "ECOM_OUTPUT_WAITS"


def _iso(epoch_ms: float) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Heartbeat:
    """Writes the status object. That it cannot be written is said once, and never stops the job."""

    def __init__(self, store: Store | None, identity: dict[str, Any]) -> None:
        self._store = store
        self._every_seconds = _EVERY_SECONDS[store is None or is_local(store.uri())]
        self._identity = identity
        self._started_at = _iso(time.time() * 1000)
        self._last_write = 0.0
        self._has_complained = False
        self._window_rows = 0
        self.state = "starting"
        self.checkpoint_id: str | None = None
        self.error: dict[str, str] | None = None
        self.progress: Progress | None = None

    def enter(self, state: str, error: Exception | None = None) -> None:
        """Changes the state and says so at once."""
        self.state = state
        if error is not None:
            self.error = {"code": error.code if isinstance(error, JobError) else "ECOM_BUG", "message": str(error)}
        self._write()

    def note_output(self, failure: str | None) -> None:
        """Notes why window files cannot be written at the moment, or that they can."""
        is_noted = self.output_waits
        if failure is not None:
            self.error = {"code": _OUTPUT_WAITS, "message": f"Window files wait until they can be written: {failure}"}
        elif is_noted:
            self.error = None

    @property
    def output_waits(self) -> bool:
        """Whether window files wait until they can be written."""
        return self.error is not None and self.error["code"] == _OUTPUT_WAITS

    def add_window_rows(self, rows: int) -> None:
        """Counts rows in files that are in place."""
        self._window_rows += rows

    def beat(self) -> None:
        """Writes the status when it is time to."""
        if time.monotonic() - self._last_write >= self._every_seconds:
            self._write()

    def document(self) -> dict[str, Any]:
        """The status as it is now; `emr/README.md` says what each key means."""
        totals = None if self.progress is None else self.progress.totals
        return {
            "version": 1,
            "state": self.state,
            **self._identity,
            "checkpointId": self.checkpoint_id,
            "startedAt": self._started_at,
            "updatedAt": _iso(time.time() * 1000),
            "error": self.error,
            "totals": {
                "orders": 0 if totals is None else totals.orders,
                "duplicates": 0 if totals is None else totals.duplicates,
                "late": 0 if totals is None else totals.late,
                "badRecords": {} if totals is None else dict(totals.bad_records),
                "ticks": 0 if totals is None else totals.ticks,
                "windowRows": self._window_rows,
            },
            "queries": {} if self.progress is None else _queries(self.progress),
        }

    def _write(self) -> None:
        self._last_write = time.monotonic()
        if self._store is None:
            return
        try:
            self._store.write(json.dumps(self.document(), indent=2) + "\n")
            self._has_complained = False
        except Unavailable as cause:
            if not self._has_complained:
                print(f"The status object cannot be written, which stops nothing: {cause}", file=sys.stderr)
            self._has_complained = True


def _queries(progress: Progress) -> dict[str, Any]:
    return {name: _query(latest, progress.idle_at_ms(name)) for name, latest in list(progress.latest.items())}


def _query(progress: QueryProgress, idle_at_ms: float | None) -> dict[str, Any]:
    document = progress.document
    watermark_ms = progress.watermark_ms
    behind = progress.behind_latest()
    operators = document.get("stateOperators", [])
    return {
        "batchId": progress.batch_id,
        "inputRowsPerSecond": document.get("inputRowsPerSecond"),
        "processedRowsPerSecond": document.get("processedRowsPerSecond"),
        "batchDurationMs": document.get("batchDuration"),
        "inputRows": document.get("numInputRows"),
        "watermark": None if watermark_ms is None else _iso(watermark_ms),
        "watermarkAgeMs": None if watermark_ms is None else round(time.time() * 1000) - watermark_ms,
        "offsetsBehindLatest": sum(behind.values()),
        "partitionsBehindLatest": behind,
        "stateRows": sum(int(operator.get("numRowsTotal", 0)) for operator in operators),
        "stateBytes": sum(int(operator.get("memoryUsedBytes", 0)) for operator in operators),
        "at": document.get("timestamp"),
        "idleAt": None if idle_at_ms is None else _iso(idle_at_ms),
    }
