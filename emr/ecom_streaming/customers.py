"""The stateful rules: alerts over one customer's distinct orders in aligned windows of event time.

In update mode a customer is looked at whenever an order of theirs comes. The first alert goes out with the batch that
trips the rule; an order after that may send it again, under the same id.
"""

from __future__ import annotations

from functools import reduce
from typing import Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .alerts import alert_record, filled_in, plain_number
from .orders import NAMES
from .spec import Rule, Spec, Windows
from .windows import cents_sums, event_times, to_usd, total_cents

# Where Spark looks for the event time of a grouping key. It sets this itself for `window`, of which a query may have but
# one; these rules have windows of several sizes. https://github.com/apache/spark, EventTimeWatermark.delayKey
_DELAY_METADATA: Final = "spark.watermarkDelayMs"


def customer_alerts(records: DataFrame, spec: Spec) -> DataFrame:
    """Records to send, for a query in update mode: topic, key, value, headers."""
    kinds = sorted({rule.windows for rule in spec.stateful_rules if rule.windows}, key=lambda w: (w.size_ms, w.slide_ms))
    # Orders are taken, and told apart, as long as the largest window they may fall into lasts.
    delay_ms = spec.windowing.watermark_ms + max(windows.size_ms for windows in kinds)
    distinct = event_times(records, spec, delay_ms).dropDuplicatesWithinWatermark(["key"])
    in_windows = _in_windows(distinct, kinds, delay_ms)
    fields = sorted({rule.field for rule in spec.stateful_rules if rule.field is not None})
    newest = F.struct(F.unix_millis("event_time").alias("event_ms"), F.col("offset"), F.col("region"))
    seen = in_windows.groupBy("kind", "window", "customer_id").agg(
        F.count(NAMES.cents).alias("orders"),
        *cents_sums(),
        F.max(newest).alias("newest"),
        *(F.collect_set(field).alias(f"values_of_{field}") for field in fields),
    )
    trips = {rule: _trips(rule, kinds) for rule in spec.stateful_rules}
    alerts = F.array(*(F.when(tripped, _alert(rule, spec)) for rule, tripped in trips.items()))
    found = seen.where((F.col("orders") > 0) & reduce(Column.__or__, trips.values()))
    sent = found.select(F.explode(F.filter(alerts, lambda alert: alert.isNotNull())).alias("record"))
    return sent.select("record.*")


def _in_windows(orders: DataFrame, kinds: list[Windows], delay_ms: int) -> DataFrame:
    """Each order once for every window it falls into, of every kind."""
    event_ms = F.unix_millis("event_time")

    def window(kind: int, windows: Windows, steps_back: int) -> Column:
        slide = F.lit(windows.slide_ms)
        start = event_ms - F.pmod(event_ms, slide) - F.lit(steps_back * windows.slide_ms)
        bounds = F.struct(
            F.timestamp_millis(start).alias("start"),
            F.timestamp_millis(start + F.lit(windows.size_ms)).alias("end"),
        )
        falls_into = start > event_ms - F.lit(windows.size_ms)
        return F.when(falls_into, F.struct(F.lit(kind).alias("kind"), bounds.alias("window")))

    candidates = F.array(
        *(
            window(kind, windows, steps_back)
            for kind, windows in enumerate(kinds)
            for steps_back in range(-(-windows.size_ms // windows.slide_ms))
        )
    )
    falling = orders.select("*", F.explode(F.filter(candidates, lambda one: one.isNotNull())).alias("in"))
    return falling.select(
        "*",
        F.col("in.kind").alias("kind"),
        F.col("in.window").alias("window", metadata={_DELAY_METADATA: delay_ms}),
    )


def _count(rule: Rule) -> Column:
    return F.col("orders") if rule.kind == "distinct-orders" else F.size(f"values_of_{rule.field}")


def _trips(rule: Rule, kinds: list[Windows]) -> Column:
    is_kind = F.col("kind") == F.lit(kinds.index(rule.windows)) if rule.windows else F.lit(False)
    return is_kind & (_count(rule) > F.lit(rule.more_than))


def _alert(rule: Rule, spec: Spec) -> Column:
    customer_id = F.col("customer_id")
    start_ms = F.unix_millis("window.start").cast("string")
    shown = {
        "customer_id": customer_id,
        "value": _count(rule).cast("string"),
        "limit": F.lit(plain_number(rule.more_than or 0)),
    }
    return alert_record(
        spec.alerts_topic,
        rule,
        {
            "alert_id": F.concat(F.lit(f"{rule.id}:"), start_ms, F.lit(":"), customer_id),
            "order_id": F.lit(None).cast("string"),
            "customer_id": customer_id,
            "total_amount": to_usd(total_cents()),
            "region": F.col("newest.region"),
            "reason": filled_in(rule.reason, shown),
            "event_ms": F.col("newest.event_ms"),
        },
    )
