"""The pipeline spec: what is read, computed and written. The job has no other source for any of it."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import JobError
from .json_schema import first_violation

SPEC_VERSION = 1


@dataclass(frozen=True)
class Windows:
    """Aligned windows over event time, in milliseconds."""

    size_ms: int
    slide_ms: int


@dataclass(frozen=True)
class Windowing(Windows):
    """How orders become window rows."""

    watermark_ms: int
    deduplicate: bool
    group_by: tuple[tuple[str, str], ...]
    """Order fields, and the column that each becomes."""
    columns: tuple[tuple[str, str], ...]
    """Columns of the files and their types, in order."""
    folder: str


@dataclass(frozen=True)
class Rule:
    """A rule of any kind. `windows` is None for a rule that one order decides."""

    id: str
    kind: str
    severity: str
    reason: str
    field: str | None
    more_than: float | None
    values: tuple[str, ...]
    windows: Windows | None


@dataclass(frozen=True)
class Tick:
    """What makes a record a tick; times in milliseconds."""

    header: str
    idle_after_ms: int
    max_future_ms: int


@dataclass(frozen=True)
class Spec:
    """The definition of a pipeline."""

    document: str
    """All of it as JSON, for the reader in Java."""
    orders_topic: str
    alerts_topic: str
    dead_letters_topic: str
    fields: tuple[str, ...]
    """Of an order, but the time."""
    order_key: str
    max_key_length: int
    bad_record_reasons: tuple[str, ...]
    dead_letter_headers: Mapping[str, str]
    tick: Tick
    windowing: Windowing
    rules: tuple[Rule, ...]

    @property
    def stateless_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.windows is None)

    @property
    def stateful_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.windows is not None)


def read_json(text: str, what: str, where: str, code: str) -> Any:
    """Parses a document of the job. Raises JobError with the given code."""
    try:
        return json.loads(text)
    except ValueError as cause:
        raise JobError(code, f"The {what} is no JSON: {cause}", where, "Write it anew; it is made by a program.") from cause


def check_document(document: Any, schema_text: str, what: str, where: str, code: str) -> None:
    """Raises JobError with the given code when a document does not satisfy its schema."""
    wrong = first_violation(document, json.loads(schema_text))
    if wrong is not None:
        raise JobError(code, f"The {what} is not valid: {wrong}", where, "Write it anew with this version of the project.")


def parse_spec(text: str, schema_text: str, where: str) -> Spec:
    """Reads a spec, strictly: an unknown version, an unknown or a missing field is an error."""
    document = read_json(text, "pipeline spec", where, "ECOM_SPEC_INVALID")
    version = document.get("specVersion") if isinstance(document, dict) else None
    if isinstance(version, int) and version != SPEC_VERSION:
        raise JobError(
            "ECOM_SPEC_VERSION",
            f"The pipeline spec has version {version}, and this job reads version {SPEC_VERSION}",
            where,
            "Use spec and job of one version of the project.",
        )
    check_document(document, schema_text, "pipeline spec", where, "ECOM_SPEC_INVALID")
    return _spec(document, text)


def _spec(document: dict[str, Any], text: str) -> Spec:
    topics, order, windowing, tick = (document[name] for name in ("topics", "order", "windowing", "tick"))
    forms = {field["name"]: order["types"][field["type"]] for field in order["fields"]}
    return Spec(
        document=text,
        orders_topic=topics["orders"]["name"],
        alerts_topic=topics["alerts"]["name"],
        dead_letters_topic=topics["deadLetters"]["name"],
        fields=tuple(name for name in forms if name != order["time"]),
        order_key=order["key"],
        max_key_length=forms[order["key"]]["max"],
        bad_record_reasons=tuple(reason["id"] for reason in document["badRecordReasons"]),
        dead_letter_headers=document["deadLetterHeaders"],
        tick=Tick(tick["header"], tick["idleAfterMs"], tick["maxFutureMs"]),
        windowing=Windowing(
            size_ms=windowing["sizeMs"],
            slide_ms=windowing["slideMs"],
            watermark_ms=windowing["watermarkMs"],
            deduplicate=windowing["deduplicate"],
            group_by=tuple((key["field"], key["column"]) for key in windowing["groupBy"]),
            columns=tuple((column["name"], column["type"]) for column in windowing["columns"]),
            folder=windowing["folder"],
        ),
        rules=tuple(_rule(rule) for rule in document["rules"]),
    )


def _rule(rule: dict[str, Any]) -> Rule:
    windows = rule.get("windows")
    return Rule(
        id=rule["id"],
        kind=rule["kind"],
        severity=rule["severity"],
        reason=rule["reason"],
        field=rule.get("field"),
        more_than=rule.get("moreThan"),
        values=tuple(rule.get("values", ())),
        windows=None if windows is None else Windows(windows["sizeMs"], windows["slideMs"]),
    )


def schema_beside_job(name: str) -> str:
    """The text of a JSON Schema that ships in this package, which may be a zip file."""
    data = pkgutil.get_data(__package__, name)
    if data is None:
        raise FileNotFoundError(name)
    return data.decode("utf-8")
