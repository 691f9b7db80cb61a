"""How fast Spark goes through a backlog: `spark-submit spark_throughput.py SERVERS WITH.json WITHOUT.json ROUNDS`.

The two files are the pipeline's spec with deduplication and without. Prints one JSON object: milliseconds of each round by
query. Every query reads the whole topic in one batch and writes to `noop`; they take turns, after a round to warm up.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "emr"))

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from ecom_streaming.kafka import kafka_cluster
from ecom_streaming.orders import read_records
from ecom_streaming.session import MICRO_BATCHES, start_spark
from ecom_streaming.spec import Spec, parse_spec
from ecom_streaming.windows import window_rows


def _bare(records: DataFrame, spec: Spec) -> DataFrame:
    """What nobody can read orders without: no checks, no windows."""
    order = json.loads(spec.document)["order"]
    kinds = {"text": StringType(), "number": DoubleType(), "time": StringType()}
    forms = {field["name"]: order["types"][field["type"]]["json"] for field in order["fields"]}
    schema = StructType([StructField(name, kinds[form]) for name, form in forms.items()])
    return records.select(F.from_json(F.col("value").cast("string"), schema).alias("order")).select("order.*")


def main(servers: str, with_file: str, without_file: str, rounds: int) -> None:
    spark = start_spark("throughput", {"spark.sql.shuffle.partitions": "2", **MICRO_BATCHES})
    spark.sparkContext.setLogLevel("ERROR")
    deduplicating, plain = (parse_spec(Path(file).read_text("utf-8"), file) for file in (with_file, without_file))
    kafka = kafka_cluster(servers, "none", {})

    def elapsed_ms(name: str) -> float:
        spec = deduplicating if name == "with deduplication" else plain
        records = kafka.stream(spark, spec.orders_topic, "earliest", True, None)
        rows = _bare(records, spec) if name == "bare" else read_records(records, spec)
        if name.endswith("deduplication"):
            rows = window_rows(rows, spec)
        checkpoint = tempfile.mkdtemp(prefix="ecom-bench-")
        started = time.perf_counter()
        query = (
            rows.writeStream.format("noop")
            .outputMode("append")
            .option("checkpointLocation", checkpoint)
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()
        elapsed = (time.perf_counter() - started) * 1000
        shutil.rmtree(checkpoint)
        return elapsed

    queries = ("bare", "reading", "without deduplication", "with deduplication")
    found: dict[str, list[float]] = {name: [] for name in queries}
    for turn in range(rounds + 1):
        for name, results in found.items():
            elapsed = elapsed_ms(name)
            if turn > 0:
                results.append(elapsed)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
