"""The running job: starts its queries, watches them, obeys its control folder, drains, and ends."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from .checkpoint import note_closed, open_watermark_ms
from .control import Control, StopRequest
from .errors import JobError
from .heartbeat import Heartbeat
from .kafka import Kafka
from .late_orders import LateOrders
from .progress import Progress
from .queries import RECORDS, WINDOWS, Queries, query_names
from .settings import Settings
from .spec import Spec
from .storage import Unavailable
from .ticks import IdleTicks, closing_tick_ms, last_window_end, send_tick

_LOOK_EVERY_SECONDS: Final = 0.2
_FINISH_WITHIN_SECONDS: Final = 120.0
_FIRST_BATCH_SECONDS: Final = 10.0
_LONGEST_WAIT_SECONDS: Final = 30.0
# What a batch may take to begin once its trigger is due, and a query to stop.
_PAUSE_MARGIN_SECONDS: Final = 0.25
# How much later than its trigger a query that has found no records may say so.
_IDLE_MARGIN_SECONDS: Final = 3.0
_TICK_AGAIN_SECONDS: Final = 20.0

# What passes by itself: brokers and stores that do not answer for a while. Everything else would only fail again.
_PASSING: Final = re.compile(
    r"org\.apache\.kafka\.common\.errors\.(Timeout|Disconnect|Network|NotLeaderOrFollower|LeaderNotAvailable|"
    r"NotEnoughReplicas\w*|CoordinatorNotAvailable|UnknownTopicOrPartition|BrokerNotAvailable|Retriable)\w*Exception"
    r"|java\.util\.concurrent\.TimeoutException|java\.net\.\w+Exception|java\.io\.(IO|FileNotFound)Exception"
    r"|java\.nio\.file\.\w+Exception|org\.apache\.hadoop\.(fs|net)\.[\w.$]*Exception"
    r"|Failed to construct kafka|window_files\.Interrupted|storage\.Unavailable"
)
# Where it reads through its newer source (see `MICRO_BATCHES`), Spark 4.1 ends a query that has run a batch of an earlier start
# again, over a null in the metrics of its progress. The batch is committed by then, and there is nothing to wait for.
_NOTHING_WRONG: Final = re.compile(
    r"IterableOps\.map\(scala\.Function1\)\" because the return value of \"scala\.Option\.get\(\)\" is null"
)


@dataclass
class _Restarts:
    """When a query that has failed is started again, on the monotonic clock."""

    wait_seconds: float = 1.0
    due: dict[str, float] = field(default_factory=dict)


class Application:
    """One start of the job, from its first query to its end."""

    def __init__(
        self,
        spark: SparkSession,
        spec: Spec,
        settings: Settings,
        kafka: Kafka,
        queries: Queries,
        control: Control,
        heartbeat: Heartbeat,
    ) -> None:
        self._spark = spark
        self._spec = spec
        self._settings = settings
        self._kafka = kafka
        self._queries = queries
        self._control = control
        self._heartbeat = heartbeat
        self._names = query_names(settings, spec)
        self._running: dict[str, StreamingQuery] = {}
        self._restarts = _Restarts()
        self._idle_ticks = IdleTicks(spec)
        self._late = LateOrders(spark, kafka, spec, lambda orders: self._progress.add_late(orders))
        self._progress = Progress(spec.windowing, self._late.count)
        heartbeat.progress = self._progress
        self._look_at = 0.0
        self._closed_by: int | None = None
        self.is_stopping = False

    def run(self) -> None:
        """Runs until the job is asked to stop. Raises `Fenced`, or the error that a query cannot recover from."""
        self._spark.streams.addListener(self._progress)
        self._start_queries()
        self._heartbeat.enter("running")
        try:
            request = self._watch()
            if request.drain:
                self._heartbeat.enter("draining")
                self._drain()
            self._heartbeat.enter("stopping")
            self._finish()
            self._late.wait()
        finally:
            self.is_stopping = True
            for query in self._running.values():
                query.stop()

    def _start_queries(self) -> None:
        """The alerts of single orders first, alone for a batch: what the others read and compile would hold them up."""
        for name in sorted(self._names, key=lambda name: name != RECORDS):
            self._running[name] = query = self._queries.start(name)
            deadline = time.monotonic() + _FIRST_BATCH_SECONDS
            while name == RECORDS and len(self._names) > 1 and query.isActive and time.monotonic() < deadline:
                if name in self._progress.latest or self._progress.idle_count(name) > 0:
                    break
                time.sleep(_LOOK_EVERY_SECONDS / 4)

    def _watch(self) -> StopRequest:
        while True:
            self._look_after_queries()
            self._heartbeat.beat()
            self._keep_windows_closing()
            request = self._look_at_control()
            if request is not None:
                return request
            time.sleep(_LOOK_EVERY_SECONDS)

    def _look_at_control(self) -> StopRequest | None:
        """What the job is asked for, where it is time to look."""
        if time.monotonic() < self._look_at:
            return None
        self._look_at = time.monotonic() + self._control.look_every_seconds
        try:
            self._control.check_generation()
            return self._control.stop_request()
        except Unavailable:
            return None  # It is read again in a moment; the window files look for themselves before they write.

    def _look_after_queries(self) -> None:
        """Raises the error of a query that cannot go on; starts one again that failed over something that passes."""
        now = time.monotonic()
        for name, query in list(self._running.items()):
            if query.isActive:
                continue
            text = _failure_of(query)
            try:
                self._control.check_generation()
            except Unavailable:
                return  # What ended the query may well be the same: it is looked at again in a moment.
            if _NOTHING_WRONG.search(text):
                self._running[name] = self._queries.start(name)
                continue
            if not _PASSING.search(text):
                raise _query_error(name, text)
            del self._running[name]
            self._restarts.due[name] = now + self._restarts.wait_seconds
            self._restarts.wait_seconds = min(self._restarts.wait_seconds * 2, _LONGEST_WAIT_SECONDS)
            print(f"The query {name} failed and is started again in a moment: {_first_line(text)}", file=sys.stderr)
            self._heartbeat.error = {"code": "ECOM_QUERY_RESTARTS", "message": f"{name}: {_first_line(text)}"}
        for name, due in list(self._restarts.due.items()):
            if now >= due:
                del self._restarts.due[name]
                self._running[name] = self._queries.start(name)
        # What else stands there, such as an output that waits, is not over because the queries go on.
        is_noted = self._heartbeat.error is not None and self._heartbeat.error["code"] == "ECOM_QUERY_RESTARTS"
        if not self._restarts.due and is_noted and self._all_progressing(now):
            self._heartbeat.error = None
            self._restarts.wait_seconds = 1.0

    def _all_progressing(self, now: float) -> bool:
        return all(query.isActive and query.lastProgress is not None for query in self._running.values())

    def _keep_windows_closing(self) -> None:
        if not self._settings.idle_ticks or WINDOWS not in self._running:
            return
        if not self._progress.is_idle(WINDOWS, self._settings.trigger_seconds + _IDLE_MARGIN_SECONDS) or not self._is_told():
            return
        self._note_closed()
        latest_ms = self._progress.latest_event_ms
        if latest_ms is None:
            return
        idle_seconds = time.monotonic() - self._progress.last_order_at
        tick_ms = self._idle_ticks.due(latest_ms, self._watermark_ms(), self._progress.brokers_ms, idle_seconds)
        if tick_ms is not None:
            self._send_tick(tick_ms)

    def _is_told(self) -> bool:
        """Whether the newest order is known, that of earlier starts included; False while the checkpoint does not answer.

        A start that finds nothing to read runs no batch, and so no event tells of the windows that are open.
        """
        if self._progress.is_untold:
            try:
                self._progress.tell(open_watermark_ms(self._queries.checkpoint, WINDOWS))
            except Unavailable:
                return False
        return True

    def _note_closed(self) -> None:
        """Notes in the checkpoint where no window is open, so that no later start moves event time to close them again."""
        latest = self._progress.latest.get(WINDOWS)
        if latest is None or latest.batch_id == self._closed_by:
            return
        latest_ms = self._progress.latest_event_ms
        if latest_ms is not None and (latest.watermark_ms or 0) < last_window_end(latest_ms, self._spec):
            return
        try:
            note_closed(self._queries.checkpoint, latest.batch_id)
            self._closed_by = latest.batch_id
        except Unavailable:
            pass  # It is tried again; left out, it costs a later start a tick.

    def _send_tick(self, event_ms: int) -> None:
        try:
            send_tick(self._spark, self._kafka, self._spec, event_ms)
        except Exception as cause:  # Sent again when it is due again; the queries notice by themselves that Kafka is away.
            print(f"A tick could not be sent: {_first_line(str(cause))}", file=sys.stderr)

    def _drain(self) -> None:
        """Reads what is in the topic, closes the windows with one tick past the last, and has them written."""
        for name in self._names:
            has_pause = self._wait_between_batches(name)
            query = self._running.get(name)
            # One without a pause reads as fast as it can already; in real-time mode it would never say that it is done.
            if query is not None and (has_pause or self._queries.is_realtime(name)):
                query.stop()
                self._running[name] = self._queries.start(name, as_fast_as_possible=True)
        idle = {name: self._progress.idle_count(name) for name in self._names}
        if not self._wait_until(lambda: all(self._progress.idle_count(name) > idle[name] for name in self._names)):
            return
        if WINDOWS not in self._names or not self._wait_until(self._is_told):
            return
        latest_ms = self._progress.latest_event_ms
        if latest_ms is None:
            return
        target_ms = last_window_end(latest_ms, self._spec)
        while self._watermark_ms() < target_ms:
            self._send_tick(closing_tick_ms(latest_ms, self._spec))
            # Sent again where it did not get through; a second one changes nothing.
            again_at = time.monotonic() + _TICK_AGAIN_SECONDS
            if not self._wait_until(lambda by=again_at: self._watermark_ms() >= target_ms or time.monotonic() > by):
                return
        # A tick that was sent again may come in a batch of its own.
        read = self._progress.idle_count(WINDOWS)
        if self._wait_until(lambda: self._progress.idle_count(WINDOWS) > read):
            self._note_closed()

    def _watermark_ms(self) -> int:
        latest = self._progress.latest.get(WINDOWS)
        return 0 if latest is None else latest.watermark_ms or 0

    def _wait_until(self, is_done: Callable[[], bool]) -> bool:
        """False where the job has meanwhile been asked to stop as it is."""
        while not is_done():
            self._look_after_queries()
            request = self._look_at_control()
            if request is not None and not request.drain:
                return False
            self._heartbeat.beat()
            time.sleep(_LOOK_EVERY_SECONDS / 4)
        return True

    def _finish(self) -> None:
        """Ends every query after its current batch. Raises the error of one that has just failed over what does not pass."""
        for name in self._names:
            self._wait_between_batches(name)
            query = self._running.pop(name, None)
            if query is None:
                continue
            if not query.isActive:
                text = _failure_of(query)
                self._look_at = 0.0
                self._look_at_control()  # raises `Fenced` where that is why the query ended
                if text and not _NOTHING_WRONG.search(text) and not _PASSING.search(text):
                    raise _query_error(name, text)
            # A batch that waits for its output would keep the query from stopping: it goes again with the next start.
            self.is_stopping = True
            query.stop()

    def _wait_between_batches(self, name: str) -> bool:
        """Returns where a query can be stopped; whether that is in a pause that it makes for its trigger.

        A batch that a stop ends goes again at the next start.
        """
        query = self._running.get(name)
        if query is None or self._queries.is_realtime(name):
            return False  # in real-time mode a batch lasts minutes, and the next start sends its alerts again, under their ids
        trigger_seconds = self._queries.trigger_seconds(name)
        deadline = time.monotonic() + _FINISH_WITHIN_SECONDS
        last_batch = _batch_id(query) + (1 if trigger_seconds > 0 else 0)
        while query.isActive and time.monotonic() < deadline:
            if name == WINDOWS and self._heartbeat.output_waits:
                return False  # its batch ends when the output is back, whenever that is
            has_begun = _batch_id(query) > last_batch
            into_seconds = time.time() % trigger_seconds if trigger_seconds > 0 else 0.0
            status = query.status
            if status["isTriggerActive"]:
                if has_begun or (not status["isDataAvailable"] and status["message"].startswith("Waiting")):
                    return False
            # Spark's triggers are due at whole multiples of their interval, by the clock.
            elif _PAUSE_MARGIN_SECONDS < into_seconds < trigger_seconds - _PAUSE_MARGIN_SECONDS:
                return True
            elif trigger_seconds <= 2 * _PAUSE_MARGIN_SECONDS:
                return False
            self._heartbeat.beat()
            time.sleep(0.01)
        return False


def _failure_of(query: StreamingQuery) -> str:
    """What a query that has ended by itself says; empty for one that was stopped."""
    failure = query.exception()
    return "" if failure is None else f"{failure}\n{getattr(failure, 'stackTrace', '')}"


def _batch_id(query: StreamingQuery) -> int:
    progress = query.lastProgress
    return -1 if progress is None else int(progress["batchId"])


def _query_error(name: str, text: str) -> JobError:
    if "data was lost" in text or "data may have been lost" in text or "failOnDataLoss" in text:
        return JobError(
            "ECOM_DATA_LOSS",
            f"Kafka no longer has records that the query {name} has yet to read: {_first_line(text)}",
            "the orders topic",
            "Begin a new checkpoint (sls ecom stream reset-checkpoint --from earliest, or latest), and keep orders for longer "
            "(topics.orders.retentionHours).",
        )
    return JobError(
        "ECOM_QUERY_FAILED",
        f"The query {name} failed: {_first_line(text)}",
        "the driver's log",
        "sls ecom stream logs shows all of it. It is a setting of Spark's, or a bug of the job: report its first lines.",
    )


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")[:500]
