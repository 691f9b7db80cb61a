"""What stands beside Spark's own checkpoint: its id, which names the window files, and the fingerprint it was made for.

Also the batch after which no window was open, and what Spark's own logs say of the batches that are committed.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final, Literal

from .errors import JobError
from .settings import Fingerprint
from .storage import Store

_FILE: Final = "ecom-checkpoint.json"
_CLOSED_FILE: Final = "ecom-closed.json"
# Spark's logs have an entry for each batch: a version, then JSON. That of the offsets has the watermark that the batch is
# judged by, that of the commits the one after it.
# https://github.com/apache/spark/blob/v4.1.1/sql/core/src/main/scala/org/apache/spark/sql/execution/streaming/checkpointing/CommitLog.scala
_WATERMARKS: Final = {"offsets": "batchWatermarkMs", "commits": "nextBatchWatermarkMs"}


def claim_checkpoint(store: Store, queries: tuple[str, ...], fingerprint: Fingerprint) -> str:
    """Makes sure that a checkpoint is this job's, or new, before Spark touches it; answers its id.

    Spark itself accepts a changed window or watermark, and then writes wrong rows.
    """
    text = store.read(_FILE)
    if text is None:
        if any(store.list(query) for query in queries):
            raise JobError(
                "ECOM_CHECKPOINT_FOREIGN",
                f"The checkpoint was written by another program: it has no {_FILE}",
                store.uri(),
                "Name another --checkpoint; the job then starts from its starting offsets.",
            )
        return _create(store, fingerprint)
    checkpoint_id, before = _parse(text, store)
    if before.id != fingerprint.id:
        raise JobError(
            "ECOM_CHECKPOINT_INCOMPATIBLE",
            f"The checkpoint was made for another definition: {_changes(before, fingerprint)}",
            store.uri(),
            "Either name a new --checkpoint, with the offsets to start from in the settings, or go back to the old definition.",
        )
    return checkpoint_id


@dataclass(frozen=True)
class WindowCheckpoint:
    """What the windows of a checkpoint are, and where they are written; times in milliseconds."""

    id: str
    output: str
    folder: str
    size_ms: int
    slide_ms: int


def read_window_checkpoint(store: Store) -> WindowCheckpoint:
    """Reads what a checkpoint was made for. Raises JobError where it is none, or one without windows."""
    text = store.read(_FILE)
    if text is None:
        raise JobError(
            "ECOM_CHECKPOINT_MISSING",
            f"There is no checkpoint of the streaming job: {_FILE} is missing",
            store.uri(),
            "Name the --checkpoint that the job was started with.",
        )
    checkpoint_id, fingerprint = _parse(text, store)
    facts = fingerprint.facts
    try:
        return WindowCheckpoint(
            checkpoint_id,
            facts["output"],
            facts["window folder"],
            int(facts["window size"].removesuffix(" ms")),
            int(facts["window slide"].removesuffix(" ms")),
        )
    except (KeyError, ValueError) as cause:
        raise JobError(
            "ECOM_CHECKPOINT_NO_WINDOWS",
            f"The checkpoint of the application {facts.get('application', 'unknown')} computes no windows",
            store.uri(),
            "Name the --checkpoint of the application pipeline.",
        ) from cause


def last_committed_batch(store: Store, query: str) -> int | None:
    """The last batch in a query's commit log: those before it are committed too, and Spark forgets them in time."""
    return max((int(name) for name in store.list(query, "commits") if name.isdigit()), default=None)


def logged_watermark_ms(store: Store, query: str, log: Literal["offsets", "commits"], batch_id: int) -> int:
    """The watermark that a batch is judged by (`offsets`), or the one after it (`commits`); 0 where there is none yet."""
    text = store.read(query, log, str(batch_id))
    try:
        return int(json.loads((text or "").splitlines()[1])[_WATERMARKS[log]])
    except (IndexError, KeyError, TypeError, ValueError) as cause:
        raise JobError(
            "ECOM_CHECKPOINT_DAMAGED",
            f"Spark's log of batch {batch_id} has no watermark: {cause!r}",
            store.uri(query, log, str(batch_id)),
            "Restore it: it says which windows are closed.",
        ) from cause


def open_watermark_ms(store: Store, query: str) -> int | None:
    """The watermark after the last batch of a query that computes windows. None where no window was open then."""
    batch_id = last_committed_batch(store, query)
    if batch_id is None or store.read(_CLOSED_FILE) == _closed_by(batch_id):
        return None
    return logged_watermark_ms(store, query, "commits", batch_id) or None


def note_closed(store: Store, batch_id: int) -> None:
    """Notes the batch after which no window is open. The watermark remembers ticks as well as orders, and cannot say so."""
    store.write(_closed_by(batch_id), _CLOSED_FILE)


def _closed_by(batch_id: int) -> str:
    return json.dumps({"version": 1, "batchId": batch_id}) + "\n"


def _parse(text: str, store: Store) -> tuple[str, Fingerprint]:
    try:
        document = json.loads(text)
        return str(document["id"]), Fingerprint(document["fingerprint"]["id"], document["fingerprint"]["facts"])
    except (ValueError, KeyError, TypeError) as cause:
        raise JobError(
            "ECOM_CHECKPOINT_DAMAGED",
            f"{_FILE} cannot be read: {cause!r}",
            store.uri(_FILE),
            "Restore it, or name another --checkpoint.",
        ) from cause


def _create(store: Store, fingerprint: Fingerprint) -> str:
    checkpoint_id = secrets.token_hex(6)
    document: dict[str, Any] = {
        "version": 1,
        "id": checkpoint_id,
        "createdAt": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "fingerprint": {"id": fingerprint.id, "facts": fingerprint.facts},
    }
    store.write(json.dumps(document, indent=2) + "\n", _FILE)
    return checkpoint_id


def _changes(before: Fingerprint, after: Fingerprint) -> str:
    names = list(dict.fromkeys([*before.facts, *after.facts]))
    changed = [name for name in names if before.facts.get(name) != after.facts.get(name)]
    return "; ".join(
        f"{name} was {before.facts.get(name, 'not there')}, now {after.facts.get(name, 'not there')}" for name in changed
    )
