"""Alerts as records: the fields of `AlertSchema` in `plugins/ecom-analytics/core/alert.ts`, as JSON, under the key that they go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from pyspark.sql import Column
from pyspark.sql import functions as F

from .spec import Rule

_ISO_MILLIS: Final = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
_NO_HEADERS: Final = "array<struct<key:string,value:binary>>"


def iso_time(epoch_ms: Column) -> Column:
    """`2026-11-23T22:42:37.123Z`"""
    return F.date_format(F.timestamp_millis(epoch_ms), _ISO_MILLIS)


def _now_ms() -> Column:
    """The clock as each row is computed. `current_timestamp` is the batch's, and a batch of real-time mode lasts minutes."""
    return F.java_method(F.lit("java.lang.System"), F.lit("currentTimeMillis")).cast("bigint")


def filled_in(template: str, values: Mapping[str, Column]) -> Column:
    """A rule's sentence with `{name}` replaced; names that have no value stay as they are."""
    parts = re.split(r"(\{\w+\})", template)
    texts = [values.get(part[1:-1], F.lit(part)) if re.fullmatch(r"\{\w+\}", part) else F.lit(part) for part in parts]
    return F.concat(*texts)


def plain_number(number: float) -> str:
    """As JavaScript writes it: without a fraction where there is none."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def two_decimals(number: float) -> str:
    """As JavaScript's `toFixed(2)`: the exact value of the double, halves away from zero."""
    return str(Decimal(number).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def alert_record(topic: str, rule: Rule, fields: Mapping[str, Column]) -> Column:
    """A record for the alerts topic. `fields` has all of the alert's but those of the rule and of detection."""
    alert = F.struct(
        fields["alert_id"].alias("alert_id"),
        F.lit(rule.id).alias("rule_id"),
        F.lit(rule.severity).alias("severity"),
        fields["order_id"].alias("order_id"),
        fields["customer_id"].alias("customer_id"),
        fields["total_amount"].alias("total_amount"),
        fields["region"].alias("region"),
        fields["reason"].alias("reason"),
        iso_time(fields["event_ms"]).alias("order_timestamp"),
        iso_time(_now_ms()).alias("detected_at"),
        F.lit("stream").alias("source"),
    )
    key = F.coalesce(fields["order_id"], fields["customer_id"])
    return F.struct(
        F.lit(topic).alias("topic"),
        key.cast("binary").alias("key"),
        F.to_json(alert, {"ignoreNullFields": "false"}).cast("binary").alias("value"),
        F.lit(None).cast(_NO_HEADERS).alias("headers"),
    )
