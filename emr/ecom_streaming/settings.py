"""What differs between stages and machines: `settings.json`, written by `job/job-settings.ts` of the kit, which says what each is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from .spec import read_document, read_json
from .strict import Check, Name, Natural, Positive

Seconds = Annotated[float, Check(lambda seconds: 0 <= seconds <= 3600, "between 0 and 3600")]


@dataclass(frozen=True)
class CloudWatch:
    """Where metrics go."""

    namespace: Name
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Fingerprint:
    """Of all that a checkpoint cannot survive a change of; computed in TypeScript, compared here."""

    id: Annotated[str, Check(re.compile("[0-9a-f]{64}").fullmatch, "a SHA-256")]
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Settings:
    """A test compares it with `StreamingSettingsSchema` of `job/job-settings.ts` of the kit over changed settings."""

    settings_version: Literal[1]
    spark_line: Annotated[str, Check(re.compile(r"[0-9]+\.[0-9]+").fullmatch, "a line of Spark, such as 4.1")]
    application: Literal["pipeline", "alerts"]
    alerts: Literal["micro-batch", "realtime"]
    generation: Natural
    trigger_seconds: Seconds
    record_trigger_seconds: Seconds
    customer_trigger_seconds: Seconds
    max_offsets_per_trigger: Positive | None
    starting_offsets: Literal["earliest", "latest"]
    fail_on_data_loss: bool
    state_store: Literal["hdfs", "rocksdb"]
    shuffle_partitions: Positive
    idle_ticks: bool
    console_table: bool
    cloud_watch: CloudWatch | None
    spark: Mapping[str, str]
    fingerprint: Fingerprint


def parse_settings(text: str, where: str) -> Settings:
    """Reads the settings, strictly. Raises JobError `ECOM_SETTINGS_INVALID`."""
    document = read_json(text, "settings file", where, "ECOM_SETTINGS_INVALID")
    return read_document(Settings, document, "settings file", where, "ECOM_SETTINGS_INVALID")
