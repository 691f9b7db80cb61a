"""What one record alone decides: the alerts of the stateless rules, and the dead letter of a bad record."""

from __future__ import annotations

from functools import reduce
from typing import Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .alerts import alert_record, filled_in, plain_number, two_decimals
from .kafka import header
from .orders import NAMES
from .spec import OneOf, Spec, Threshold

OBSERVED_BAD: Final = "bad_records"


def record_outcomes(records: DataFrame, spec: Spec) -> DataFrame:
    """Records to send: topic, key, value, headers. Duplicates and late orders meet the rules as well."""
    is_bad = F.col(NAMES.reason).isNotNull()
    trips = {rule: F.col(NAMES.is_order) & _trips(rule) for rule in spec.stateless_rules}
    is_found = reduce(Column.__or__, trips.values(), is_bad)
    outcomes = F.array(
        F.when(is_bad, _dead_letter(spec)),
        *(F.when(tripped, _order_alert(rule, spec)) for rule, tripped in trips.items()),
    )
    found = records.where(is_found)
    observed = found.observe(
        OBSERVED_BAD,
        *(F.count_if(F.col(NAMES.reason) == reason.id).alias(reason.id) for reason in spec.bad_record_reasons),
    )
    sent = observed.select(F.explode(F.filter(outcomes, lambda outcome: outcome.isNotNull())).alias("record"))
    return sent.select("record.*")


def _trips(rule: Threshold | OneOf) -> Column:
    if isinstance(rule, Threshold):
        return F.col(rule.field) > F.lit(float(rule.more_than))
    return F.col(rule.field).isin(*rule.values)


def _order_alert(rule: Threshold | OneOf, spec: Spec) -> Column:
    order_id, customer_id = F.col("order_id"), F.col("customer_id")
    value = F.col(rule.field)
    if isinstance(rule, OneOf):
        shown = {"value": value, "limit": F.lit("")}
    elif rule.field == "quantity":
        shown = {"value": value.cast("bigint").cast("string"), "limit": F.lit(plain_number(rule.more_than))}
    else:
        shown = {"value": _two_decimals(value), "limit": F.lit(two_decimals(rule.more_than))}
    return alert_record(
        spec.alerts_topic,
        rule,
        {
            "alert_id": F.concat(F.lit(f"{rule.id}:"), order_id),
            "order_id": order_id,
            "customer_id": customer_id,
            "total_amount": F.col("total_amount"),
            "region": F.col("region"),
            "reason": filled_in(rule.reason, {**shown, "order_id": order_id, "customer_id": customer_id}),
            "event_ms": F.col(NAMES.event_ms),
        },
    )


def _two_decimals(amount: Column) -> Column:
    """An order's amount is exact to the cent, so its cents say it all."""
    return (F.rint(amount * 100.0).cast("decimal(20,0)") * F.expr("0.01BD")).cast("decimal(22,2)").cast("string")


def _dead_letter(spec: Spec) -> Column:
    """The refused record's own key and value, byte for byte, with its reason and coordinates in headers."""
    names = spec.dead_letter_headers
    return F.struct(
        F.lit(spec.dead_letters_topic).alias("topic"),
        F.col("key").alias("key"),
        F.col("value").alias("value"),
        F.array(
            header(names.reason, F.col(NAMES.reason)),
            header(names.topic, F.col("topic")),
            header(names.partition, F.col("partition")),
            header(names.offset, F.col("offset")),
        ).alias("headers"),
    )
