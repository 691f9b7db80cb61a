"""The pipeline spec: what is read, computed and written. The job has no other source for any of it.

`PipelineSpecSchema` in `plugins/ecom-analytics/core/spec.ts` says the same; a test compares the two over changed specs.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from .errors import JobError
from .strict import Check, Name, Natural, Positive, read_strictly

SPEC_VERSION: Final = 1


@dataclass(frozen=True)
class Topic:
    name: Name
    partitions: Positive
    replication_factor: Positive
    min_in_sync_replicas: Positive
    retention_ms: Positive
    keyed_by: Name


@dataclass(frozen=True)
class Field:
    """Of an order."""

    name: Name
    type: Name
    reason: Name


@dataclass(frozen=True)
class FieldForm:
    """What a field of a type may hold; the reader in Java makes sure of it."""

    json: Literal["text", "number", "time"]
    min: float = -math.inf
    max: float = math.inf
    decimals: Natural = 0
    pattern: Name = ".*"
    optional: bool = False


@dataclass(frozen=True)
class Order:
    """Fields in the order in which they are checked, and which of them mean something beyond their type."""

    fields: tuple[Field, ...]
    types: Mapping[Name, FieldForm]
    key: Name
    product: Name
    category: Name
    total: Name
    time: Name
    max_future_ms: Positive
    categories: Mapping[str, str]
    unknown_category: Name
    reasons: Mapping[Name, Name]


@dataclass(frozen=True)
class Reason:
    """Why a record is bad."""

    id: Name
    meaning: Name


@dataclass(frozen=True)
class DeadLetterHeaders:
    """Names of the headers."""

    reason: Name
    topic: Name
    partition: Name
    offset: Name


@dataclass(frozen=True)
class Tick:
    """What makes a record a tick."""

    header: Name
    idle_after_ms: Positive
    max_future_ms: Positive


@dataclass(frozen=True)
class Windows:
    """Aligned windows over event time."""

    size_ms: Positive
    slide_ms: Positive


@dataclass(frozen=True)
class GroupKey:
    """An order's field, and the column that it becomes."""

    field: Name
    column: Name


@dataclass(frozen=True)
class WindowColumn:
    name: Name
    type: Literal["timestamp-millis", "string", "int64", "double"]


@dataclass(frozen=True)
class Windowing(Windows):
    """How orders become window rows; columns are those of the files, in order."""

    watermark_ms: Positive
    deduplicate: bool
    group_by: tuple[GroupKey, ...]
    columns: tuple[WindowColumn, ...]
    folder: Name


_WITHOUT_GAPS: Final = Check(
    lambda windows: windows.slide_ms <= windows.size_ms, "windows without gaps: slideMs is at most sizeMs"
)


@dataclass(frozen=True)
class Rule:
    """A rule of any kind."""

    id: Annotated[str, Check(re.compile(r"[a-z][a-z0-9-]*").fullmatch, "an id in lower case")]
    severity: Literal["low", "medium", "high", "critical"]
    reason: Name


@dataclass(frozen=True)
class Threshold(Rule):
    """One order decides."""

    kind: Literal["threshold"]
    field: Name
    more_than: float
    at_producer: bool = False


@dataclass(frozen=True)
class OneOf(Rule):
    """One order decides."""

    kind: Literal["one-of"]
    field: Name
    values: tuple[str, ...]


@dataclass(frozen=True)
class CustomerRule(Rule):
    """One customer's orders in a window decide."""

    key: Literal["customer_id"]
    more_than: Positive
    windows: Annotated[Windows, _WITHOUT_GAPS]


@dataclass(frozen=True)
class DistinctOrders(CustomerRule):
    kind: Literal["distinct-orders"]


@dataclass(frozen=True)
class DistinctValues(CustomerRule):
    kind: Literal["distinct-values"]
    field: Name


@dataclass(frozen=True)
class Definition:
    """The spec as it is written."""

    spec_version: Literal[1]
    topics: Annotated[
        Mapping[str, Topic],
        Check(
            lambda topics: topics.keys() >= {"orders", "alerts", "deadLetters"},
            "a set of topics with orders, alerts and deadLetters",
        ),
    ]
    timestamp_type: Literal["LogAppendTime"]
    order: Annotated[
        Order,
        Check(lambda order: all(field.type in order.types for field in order.fields), "an order with all types of its fields"),
    ]
    bad_record_reasons: tuple[Reason, ...]
    dead_letter_headers: DeadLetterHeaders
    tick: Tick
    windowing: Annotated[Windowing, _WITHOUT_GAPS]
    rules: tuple[Threshold | OneOf | DistinctOrders | DistinctValues, ...]


_RULES_ON_FIELDS: Final = Check(
    lambda definition: (
        {rule.field for rule in definition.rules if hasattr(rule, "field")} <= {field.name for field in definition.order.fields}
    ),
    "a definition whose rules are about fields of its orders",
)


@dataclass(frozen=True)
class Spec(Definition):
    """The definition of a pipeline."""

    document: str
    """All of it as JSON, for the reader in Java."""

    @property
    def orders_topic(self) -> str:
        return self.topics["orders"].name

    @property
    def alerts_topic(self) -> str:
        return self.topics["alerts"].name

    @property
    def dead_letters_topic(self) -> str:
        return self.topics["deadLetters"].name

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of an order's fields, but the time."""
        return tuple(field.name for field in self.order.fields if field.name != self.order.time)

    @property
    def max_key_length(self) -> int:
        """Of an order's key, in characters."""
        return next(int(self.order.types[field.type].max) for field in self.order.fields if field.name == self.order.key)

    @property
    def stateless_rules(self) -> tuple[Threshold | OneOf, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, (Threshold, OneOf)))

    @property
    def stateful_rules(self) -> tuple[DistinctOrders | DistinctValues, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, CustomerRule))


_FIX: Final = "Deploy or run again with this version of the project, which writes it."


def read_json(text: str, what: str, where: str, code: str) -> Any:
    """Parses a document of the job. Raises JobError with the given code."""
    try:
        return json.loads(text)
    except ValueError as cause:
        raise JobError(code, f"The {what} is not JSON: {cause}", where, _FIX) from cause


def read_document(kind: Any, document: Any, what: str, where: str, code: str) -> Any:
    """The document as a dataclass says it must be. Raises JobError with the given code where it is not of that form."""
    try:
        return read_strictly(kind, document)
    except ValueError as cause:
        raise JobError(code, f"The {what} is not valid: {cause}", where, _FIX) from cause


def parse_spec(text: str, where: str) -> Spec:
    """Reads a spec, strictly: an unknown version, an unknown or a missing field is an error."""
    document = read_json(text, "pipeline spec", where, "ECOM_SPEC_INVALID")
    version = document.get("specVersion") if isinstance(document, dict) else None
    if type(version) is int and version != SPEC_VERSION:
        raise JobError(
            "ECOM_SPEC_VERSION",
            f"The pipeline spec has version {version}, and this job reads version {SPEC_VERSION}",
            where,
            "Use spec and job of one version of the project.",
        )
    form = Annotated[Definition, _RULES_ON_FIELDS]
    definition = read_document(form, document, "pipeline spec", where, "ECOM_SPEC_INVALID")
    return Spec(**vars(definition), document=text)
