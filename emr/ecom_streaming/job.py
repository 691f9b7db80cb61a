"""Puts the job together: reads what it is given, checks that it can run, then hands over to the application."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.request import url2pathname

from pyspark import __version__ as pyspark_version
from pyspark.sql import SparkSession

from .application import Application
from .checkpoint import claim_checkpoint
from .cli import Arguments, parse_arguments
from .control import Control
from .errors import Fenced, JobError, report
from .heartbeat import Heartbeat
from .kafka import kafka_cluster
from .preflight import check_jars, check_platform, check_topics
from .queries import Queries, query_names
from .session import MICRO_BATCHES, cheap_checkpoint, start_spark
from .settings import Settings, parse_settings
from .spec import Spec, parse_spec
from .storage import Unavailable, is_local, store_at
from .window_files import WindowFiles, unfinished_files

_PROVIDERS: Final = "org.apache.spark.sql.execution.streaming.state"
_STATE_STORES: Final = {
    "hdfs": {"spark.sql.streaming.stateStore.providerClass": f"{_PROVIDERS}.HDFSBackedStateStoreProvider"},
    "rocksdb": {
        "spark.sql.streaming.stateStore.providerClass": f"{_PROVIDERS}.RocksDBStateStoreProvider",
        # Without it every batch uploads a snapshot.
        "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
    },
}


def _read_text(location: str, spark: SparkSession | None) -> str:
    if spark is not None and not is_local(location):
        text = store_at(spark, location).read()
        if text is None:
            raise Unavailable("it is not there")
        return text
    path = url2pathname(location.removeprefix("file://")) if location.startswith("file:") else location
    return Path(path).read_text("utf-8")


def read_inputs(arguments: Arguments, spark: SparkSession | None = None) -> tuple[Spec, Settings]:
    """The spec and the settings, strictly. Objects that are not of this machine are read with the session."""

    def text_of(location: str, what: str) -> str:
        try:
            return _read_text(location, spark)
        except (OSError, UnicodeDecodeError, Unavailable) as cause:
            raise JobError(
                "ECOM_INPUT_UNREADABLE",
                f"The {what} cannot be read: {cause}",
                location,
                "Name the file that the deployment wrote.",
            ) from cause

    spec = parse_spec(text_of(arguments.spec, "pipeline spec"), arguments.spec)
    return spec, parse_settings(text_of(arguments.settings, "settings"), arguments.settings)


def _run_application(arguments: Arguments, spec: Spec, settings: Settings, spark: SparkSession, heartbeat: Heartbeat) -> None:
    is_realtime = settings.application == "alerts"
    check_platform(spark, settings.spark_line, is_realtime)
    check_jars(spark)
    kafka = kafka_cluster(arguments.kafka_servers, arguments.auth, arguments.kafka_options)
    check_topics(spark, kafka, spec)

    control = Control(None if arguments.control is None else store_at(spark, arguments.control), settings.generation)
    checkpoint = store_at(spark, arguments.checkpoint)
    output = store_at(spark, arguments.output)
    application: Application | None = None
    try:
        control.enter()
        checkpoint_id = claim_checkpoint(checkpoint, query_names(settings, spec), settings.fingerprint)
    except Unavailable as cause:
        raise JobError(
            "ECOM_CHECKPOINT_UNWRITABLE",
            f"The checkpoint or the control folder does not answer: {cause}",
            arguments.checkpoint,
            "Check the path, and that the role of this machine may write there.",
        ) from cause
    heartbeat.checkpoint_id = checkpoint_id
    window_files = WindowFiles(
        output,
        unfinished_files(spark, arguments.output, checkpoint_id),
        spec.windowing.folder,
        checkpoint_id,
        control.check_generation,
        is_stopping=lambda: application is not None and application.is_stopping,
        report=heartbeat.note_output,
        count=heartbeat.add_window_rows,
    )
    if not is_realtime:
        _check_output(window_files, arguments.output)
    cheap_checkpoint(spark, checkpoint.uri())
    queries = Queries(spark, spec, settings, kafka, window_files, checkpoint)
    application = Application(spark, spec, settings, kafka, queries, control, heartbeat)
    application.run()


def _check_output(window_files: WindowFiles, output: str) -> None:
    try:
        window_files.check_writable()
    except Unavailable as cause:
        raise JobError(
            "ECOM_OUTPUT_UNWRITABLE",
            f"The output cannot be written: {cause}",
            output,
            "Check the path, and that the role of this machine may write there.",
        ) from cause


def main(argv: list[str]) -> int:
    """Runs the job. Answers its exit code: 0 stopped as asked, 1 failed, 2 called wrongly."""
    heartbeat: Heartbeat | None = None
    spark: SparkSession | None = None
    failure: Exception | None = None
    try:
        arguments = parse_arguments(argv)
        heartbeat = Heartbeat(None, {})
        if not (is_local(arguments.spec) and is_local(arguments.settings)):
            # Objects are read with a session. What the settings would have made it with, the submission says as well.
            spark = start_spark("ecom-analytics", {})
        try:
            spec, settings = read_inputs(arguments, spark)
        except JobError:
            if spark is None and arguments.status is not None and not is_local(arguments.status):
                spark = start_spark("ecom-analytics", {})
            heartbeat = _heartbeat(arguments, spark, None)
            raise
        spark = start_spark(
            f"ecom-analytics {settings.application}", {**_STATE_STORES[settings.state_store], **_session(settings)}
        )
        spark.sparkContext.setLogLevel("WARN")
        heartbeat = _heartbeat(arguments, spark, settings)
        heartbeat.enter("starting")
        _run_application(arguments, spec, settings, spark, heartbeat)
        heartbeat.enter("stopped")
    except Exception as cause:
        failure = cause
        if heartbeat is not None:
            heartbeat.enter("fenced" if isinstance(cause, Fenced) else "failed", cause)
    if spark is not None:
        spark.stop()
    if failure is None:
        return 0
    return report(failure)


def _session(settings: Settings) -> dict[str, str]:
    # Real-time mode has the newer source of Kafka alone.
    source = {} if settings.application == "alerts" else MICRO_BATCHES
    return {"spark.sql.shuffle.partitions": str(settings.shuffle_partitions), **source, **settings.spark}


def _heartbeat(arguments: Arguments, spark: SparkSession | None, settings: Settings | None) -> Heartbeat:
    identity = {
        "application": None if settings is None else settings.application,
        "generation": None if settings is None else settings.generation,
        "sparkVersion": pyspark_version if spark is None else spark.version,
        "applicationId": None if spark is None else spark.sparkContext.applicationId,
        "sparkUi": None if spark is None else spark.sparkContext.uiWebUrl,
    }
    return Heartbeat(None if arguments.status is None else store_at(spark, arguments.status), identity)
