"""What differs between stages and machines: `settings.json`, written by `emr/settings.ts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .checkpoint import Fingerprint
from .spec import check_document, read_json


@dataclass(frozen=True)
class CloudWatch:
    """Where metrics go."""

    namespace: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Settings:
    """As `emr/settings.ts` says, name by name."""

    spark_line: str
    application: str
    alerts: str
    generation: int
    trigger_seconds: float
    record_trigger_seconds: float
    customer_trigger_seconds: float
    max_offsets_per_trigger: int | None
    starting_offsets: str
    fail_on_data_loss: bool
    state_store: str
    shuffle_partitions: int
    idle_ticks: bool
    console_table: bool
    cloud_watch: CloudWatch | None
    spark: Mapping[str, str]
    fingerprint: Fingerprint


def parse_settings(text: str, schema_text: str, where: str) -> Settings:
    """Reads the settings, strictly. Raises JobError `ECOM_SETTINGS_INVALID`."""
    document: dict[str, Any] = read_json(text, "settings", where, "ECOM_SETTINGS_INVALID")
    check_document(document, schema_text, "settings", where, "ECOM_SETTINGS_INVALID")
    cloud_watch, fingerprint = document["cloudWatch"], document["fingerprint"]
    return Settings(
        spark_line=document["sparkLine"],
        application=document["application"],
        alerts=document["alerts"],
        generation=document["generation"],
        trigger_seconds=document["triggerSeconds"],
        record_trigger_seconds=document["recordTriggerSeconds"],
        customer_trigger_seconds=document["customerTriggerSeconds"],
        max_offsets_per_trigger=document["maxOffsetsPerTrigger"],
        starting_offsets=document["startingOffsets"],
        fail_on_data_loss=document["failOnDataLoss"],
        state_store=document["stateStore"],
        shuffle_partitions=document["shufflePartitions"],
        idle_ticks=document["idleTicks"],
        console_table=document["consoleTable"],
        cloud_watch=None if cloud_watch is None else CloudWatch(cloud_watch["namespace"], cloud_watch["dimensions"]),
        spark=document["spark"],
        fingerprint=Fingerprint(fingerprint["id"], fingerprint["facts"]),
    )
