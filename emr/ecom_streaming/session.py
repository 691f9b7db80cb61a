"""The Spark session that the streaming job and the compaction rely on."""

from __future__ import annotations

from typing import Any, Final

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
    # Java never compiles a method of over 8,000 bytes of bytecode, its HugeMethodLimit: a stage that comes to more than that
    # runs an operator at a time, each of which it compiles.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # A sum beside each file of a checkpoint doubles the requests to S3, which keeps sums of its own; of Spark 4.1.
    "spark.sql.streaming.checkpoint.fileChecksum.enabled": "false",
    # State is looked through for what is old, and written as a whole, this often: each time costs listings. A restart reads at
    # most what was written since; Spark's own minute is for state that changes many times a second.
    "spark.sql.streaming.stateStore.maintenanceInterval": "300s",
    # S3A looks first whether a file is a folder or there already, and marks folders. What is written here, a checkpoint's logs
    # apart (see `reader/ecom/CheckpointFiles.java`), is written over on purpose. Hadoop before 3.4.1 knows the first alone.
    "spark.hadoop.fs.s3a.create.performance": "true",
    "spark.hadoop.fs.s3a.performance.flags": "create,mkdir",
    # An idle query says so this often (milliseconds): draining waits for it.
    "spark.sql.streaming.noDataProgressEventInterval": "500",
}

# What reads Kafka in micro-batches does so through Spark's older source. After a kill, the newer one of Spark 4.1 ends each query over
# a null in its metrics, as soon as the batch that runs again is through: https://github.com/apache/spark/pull/54058
MICRO_BATCHES: Final = {
    "spark.sql.streaming.disabledV2MicroBatchReaders": "org.apache.spark.sql.kafka010.KafkaSourceProvider"
}


def start_spark(application_name: str, spark_settings: dict[str, str]) -> SparkSession:
    """A session with what every part of the job relies on; the given settings go first."""
    builder = SparkSession.builder.appName(application_name)
    for name, value in {**_SPARK, **spark_settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


_ABORTABLE: Final = "fs.capability.outputstream.abortable"
_CHECKPOINT_FILES: Final = "ecom.CheckpointFiles"
_FILE_MANAGER: Final = "org.apache.spark.internal.io.cloud.AbortableStreamBasedCheckpointFileManager"


def cheap_checkpoint(spark: SparkSession, location: str) -> None:
    """Has the files of a checkpoint written once where the store can drop a write that fails, as S3A can.

    Spark else writes a temporary file and renames it, which in S3 is a copy, and takes some ten requests. What that is for, S3
    never gave: two writers may both find that an entry of a log is missing, and both copy theirs there. Written once, the entry
    is the first writer's, as S3 itself refuses the second; and a job of an older generation, which might be such a writer, is
    stopped by the control folder as before.
    """
    jvm: Any = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(location)
    system = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    if system.hasPathCapability(path, _ABORTABLE):
        spark.conf.set("spark.sql.streaming.checkpointFileManagerClass", _FILE_MANAGER)
        spark.conf.set(f"fs.AbstractFileSystem.{path.toUri().getScheme()}.impl", _CHECKPOINT_FILES)
