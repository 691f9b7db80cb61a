"""The Spark session that the streaming job and the compaction rely on."""

from __future__ import annotations

from typing import Final

from pyspark.sql import SparkSession

_SPARK: Final = {
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    # Times without a zone are UTC, and partitions are named in UTC.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # Acts in the jobs that write window files and send ticks; a streaming aggregate keeps the partitions of its state.
    "spark.sql.adaptive.enabled": "true",
    # Sets of customers are aggregated by hash as long as there are fewer groups than this. By default Spark sorts from the
    # 129th on, which a backlog of windows exceeds in every batch.
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "100000",
    # The queries share the cores; each is a pool of its own.
    "spark.scheduler.mode": "FAIR",
    # What the queries compile, some 80 classes for each of two class loaders, is kept from batch to batch; the default is 100.
    "spark.sql.codegen.cache.maxEntries": "1000",
    # Java never compiles a method of over 8,000 bytes of bytecode, its HugeMethodLimit. Reading an order makes a longer one of
    # a whole stage; an operator at a time it is compiled, and a sixth faster.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # An idle query says so this often (milliseconds): draining waits for it.
    "spark.sql.streaming.noDataProgressEventInterval": "500",
}


def start_spark(application_name: str, spark_settings: dict[str, str]) -> SparkSession:
    """A session with what every part of the job relies on; the given settings go first."""
    builder = SparkSession.builder.appName(application_name)
    for name, value in {**_SPARK, **spark_settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
