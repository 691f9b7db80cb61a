"""Reads records by the job's own function: `spark-submit read_records.py SPEC.json RECORDS.json` prints a JSON line for each.

A line of RECORDS.json has value and tick header in Base64, or null, and the append time in epoch milliseconds.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "emr"))

from pyspark.sql import functions as F

from ecom_streaming.orders import NAMES, read_records
from ecom_streaming.session import start_spark
from ecom_streaming.spec import parse_spec

spark = start_spark("read-records", {})
spec = parse_spec(Path(sys.argv[1]).read_text("utf-8"), sys.argv[1])
lines = spark.read.schema("number bigint, value string, tick string, appended_ms bigint").json(sys.argv[2])
tick = F.struct(F.lit(spec.tick.header).alias("key"), F.unbase64("tick").alias("value"))
other = F.struct(F.lit("trace").alias("key"), F.lit(b"1").alias("value"))
records = lines.select(
    F.lit(None).cast("binary").alias("key"),
    F.unbase64("value").alias("value"),
    F.lit(spec.orders_topic).alias("topic"),
    F.lit(0).alias("partition"),
    F.col("number").alias("offset"),
    F.timestamp_millis("appended_ms").alias("timestamp"),
    F.when(F.col("tick").isNotNull(), F.array(other, tick)).alias("headers"),
)
columns = (NAMES.reason, NAMES.is_order, NAMES.event_ms, *spec.fields, NAMES.cents)
answers = read_records(records, spec).orderBy("offset").select(F.to_json(F.struct(*columns)))
for (answer,) in answers.collect():
    print(answer)
