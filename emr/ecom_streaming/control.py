"""The two objects that steer a running job: a request to stop, and the generation that may write."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from .errors import Fenced
from .storage import Store, is_local

_STOP: Final = "stop.json"
_GENERATION: Final = "generation.json"
# Each look is a GET of each of the two, and a file of this machine costs nothing.
_LOOK_EVERY_SECONDS: Final = {True: 1.0, False: 5.0}


@dataclass(frozen=True)
class StopRequest:
    """`drain`: first read what is in the topic, close every window, and write it."""

    drain: bool


class Control:
    """The control folder as one generation of the job sees it; with no folder, nobody steers it."""

    def __init__(self, store: Store | None, generation: int) -> None:
        self._store = store
        self._generation = generation
        # Of two jobs of one generation, as a submission that was sent twice makes them, the later is the one that may write.
        self._run = uuid.uuid4().hex
        self._has_entered = False
        self.look_every_seconds = _LOOK_EVERY_SECONDS[store is None or is_local(store.uri())]

    def enter(self) -> None:
        """Enters this generation as the one that may write. Raises `Fenced` when a newer one stands there."""
        self.check_generation()
        if self._store is not None:
            document = {"generation": self._generation, "run": self._run}
            self._store.write(json.dumps(document) + "\n", _GENERATION)
            self._has_entered = True

    def check_generation(self) -> None:
        """Raises `Fenced` once a newer generation has entered, or a later job of this one."""
        document = self._document(_GENERATION)
        newest = _number(document)
        if document is None or newest is None:
            return
        is_another = self._has_entered and document.get("run") not in (None, self._run)
        if newest > self._generation or (newest == self._generation and is_another):
            raise Fenced(self._generation, newest)

    def stop_request(self) -> StopRequest | None:
        """What this generation is asked for. A request to an older one is left over from before."""
        document = self._document(_STOP)
        if document is None or (_number(document) or 0) < self._generation:
            return None
        return StopRequest(drain=document.get("drain") is True)

    def _document(self, name: str) -> dict[str, Any] | None:
        text = None if self._store is None else self._store.read(name)
        if text is None:
            return None
        try:
            document = json.loads(text)
        except ValueError:
            return None  # Being written by someone who does not replace it as a whole: it is read again in a second.
        return document if isinstance(document, dict) else None


def _number(document: dict[str, Any] | None) -> int | None:
    generation = (document or {}).get("generation")
    return generation if isinstance(generation, int) else None
