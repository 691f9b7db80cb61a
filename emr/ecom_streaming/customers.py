"""The stateful rules: alerts over one customer's distinct orders in aligned windows of event time.

The state of a window is its orders, so that an order id that comes again counts once for as long as the window is open: until
the watermark passes its end. Of several orders with one id the first that was appended counts, with its amount and its fields.

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
from .spec import DistinctOrders, DistinctValues, Spec, Windows
from .windows import WHOLE, event_times, to_usd

# Where Spark looks for the event time of a grouping key. It sets this itself for `window`, of which a query may have but
# one; these rules have windows of several sizes. https://github.com/apache/spark, EventTimeWatermark.delayKey
_DELAY_METADATA: Final = "spark.watermarkDelayMs"


def customer_alerts(records: DataFrame, spec: Spec) -> DataFrame:
    """Records to send, for a query in update mode: topic, key, value, headers."""
    kinds = sorted({rule.windows for rule in spec.stateful_rules}, key=lambda w: (w.size_ms, w.slide_ms))
    in_windows = _in_windows(event_times(records, spec, spec.windowing.watermark_ms), kinds, spec.windowing.watermark_ms)
    fields = sorted({"region", *(rule.field for rule in spec.stateful_rules if isinstance(rule, DistinctValues))})
    # Sorted as they stand here: by id, and of one id the first. A customer's orders are in one partition.
    order = F.struct(spec.order.key, "offset", F.unix_millis("event_time").alias("event_ms"), NAMES.cents, *fields)
    # Not of ticks, which come this far for the sake of the watermark.
    seen = in_windows.groupBy("customer_id", "kind", "window_end").agg(
        F.collect_list(F.when(F.col(NAMES.is_order), order)).alias("orders")
    )
    trips = {rule: _trips(rule, kinds, spec) for rule in spec.stateful_rules}
    alerts = F.array(*(F.when(tripped, _alert(rule, spec)) for rule, tripped in trips.items()))
    found = seen.where(reduce(Column.__or__, trips.values()))
    sent = found.select(F.explode(F.filter(alerts, lambda alert: alert.isNotNull())).alias("record"))
    return sent.select("record.*")


def _in_windows(orders: DataFrame, kinds: list[Windows], delay_ms: int) -> DataFrame:
    """Each order once for every window it falls into, of every kind."""
    event_ms = F.unix_millis("event_time")

    def window(kind: int, windows: Windows, steps_back: int) -> Column:
        slide = F.lit(windows.slide_ms)
        start = event_ms - F.pmod(event_ms, slide) - F.lit(steps_back * windows.slide_ms)
        end = start + F.lit(windows.size_ms)
        return F.when(end > event_ms, F.struct(F.lit(kind).alias("kind"), F.timestamp_millis(end).alias("window_end")))

    candidates = F.array(
        *(
            window(kind, windows, steps_back)
            for kind, windows in enumerate(kinds)
            for steps_back in range(-(-windows.size_ms // windows.slide_ms))
        )
    )
    falling = orders.select("*", F.explode(candidates).alias("in")).where(F.col("in").isNotNull())
    return falling.select(
        "*",
        F.col("in.kind").alias("kind"),
        F.col("in.window_end").alias("window_end", metadata={_DELAY_METADATA: delay_ms}),
    )


def _orders(spec: Spec) -> Column:
    """Of each id the first. The lambda around it gives the sorted orders a name: else they would be sorted at each use."""

    def firsts(appended: Column) -> Column:
        def is_first(order: Column, place: Column) -> Column:
            return (place == 0) | (order[spec.order.key] != appended[F.greatest(place - 1, F.lit(0))][spec.order.key])

        return F.filter(appended, is_first)

    return F.get(F.transform(F.array(F.array_sort("orders")), firsts), F.lit(0))


def _count(rule: DistinctOrders | DistinctValues, spec: Spec) -> Column:
    if isinstance(rule, DistinctOrders):
        return F.size(_orders(spec))
    return F.size(F.array_distinct(F.transform(_orders(spec), lambda order: order[rule.field])))


def _trips(rule: DistinctOrders | DistinctValues, kinds: list[Windows], spec: Spec) -> Column:
    is_kind = F.col("kind") == F.lit(kinds.index(rule.windows))
    limit = F.lit(rule.more_than)
    # Nearly no customer has as many orders as that, and then nothing is counted.
    return is_kind & (F.size("orders") > limit) & (_count(rule, spec) > limit)


def _alert(rule: DistinctOrders | DistinctValues, spec: Spec) -> Column:
    customer_id = F.col("customer_id")
    start_ms = (F.unix_millis("window_end") - F.lit(rule.windows.size_ms)).cast("string")
    orders = _orders(spec)
    newest = F.array_max(F.transform(orders, lambda order: F.struct(order["event_ms"], order["offset"], order["region"])))
    total_cents = F.aggregate(orders, F.lit(0).cast(WHOLE), lambda cents, order: (cents + order[NAMES.cents]).cast(WHOLE))
    shown = {
        "customer_id": customer_id,
        "value": _count(rule, spec).cast("string"),
        "limit": F.lit(plain_number(rule.more_than)),
    }
    return alert_record(
        spec.alerts_topic,
        rule,
        {
            "alert_id": F.concat(F.lit(f"{rule.id}:"), start_ms, F.lit(":"), customer_id),
            "order_id": F.lit(None).cast("string"),
            "customer_id": customer_id,
            "total_amount": to_usd(total_cents),
            "region": newest["region"],
            "reason": filled_in(rule.reason, shown),
            "event_ms": newest["event_ms"],
        },
    )
