"""Looks, before anything is written, whether the job can run at all: its platform, its connector, its brokers and topics."""

from __future__ import annotations

import re
from typing import Any, Final

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.sql import SparkSession

from .errors import JobError
from .kafka import Kafka
from .spec import Spec

_MIN_JAVA: Final = 17
_ANSWER_WITHIN_MS: Final = 20_000
_LINES_WITH_REAL_TIME: Final = (4, 1)


def check_platform(spark: SparkSession, spark_line: str, is_realtime: bool) -> None:
    """Raises JobError for another Spark than the settings were made for, a Java too old, or a line without real-time mode."""
    jvm: Any = spark.sparkContext._jvm
    java = int(jvm.java.lang.System.getProperty("java.specification.version").removeprefix("1."))
    if java < _MIN_JAVA:
        raise JobError(
            "ECOM_JAVA_TOO_OLD",
            f"Java {java} is too old",
            "the Java that Spark runs on",
            f"Run Spark on Java {_MIN_JAVA} or later.",
        )
    if not spark.version.startswith(f"{spark_line}."):
        raise JobError(
            "ECOM_SPARK_LINE",
            f"The settings are made for Spark {spark_line}, and this is Spark {spark.version}",
            "sparkLine in --settings",
            "Write the settings for the release that the job runs on.",
        )
    line = tuple(int(part) for part in spark_line.split("."))
    if is_realtime and line < _LINES_WITH_REAL_TIME:
        raise JobError(
            "ECOM_REALTIME_UNSUPPORTED",
            f"Spark {spark_line} has no real-time mode",
            "application in --settings",
            "Set alerts to micro-batch, or use a release with Spark 4.1 or later, such as emr-spark-8.1.0.",
        )


def check_jars(spark: SparkSession) -> None:
    """Raises JobError `ECOM_JAR_MISSING` or `ECOM_JAR_LINE` when a jar is missing, or the connector is not this Spark's."""
    jvm: Any = spark.sparkContext._jvm
    scala = re.match(r"\d+\.\d+", jvm.scala.util.Properties.versionNumberString())
    artifact = f"spark-sql-kafka-0-10_{scala.group() if scala else ''}"
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    found = loader.getResource(f"META-INF/maven/org.apache.spark/{artifact}/pom.properties")
    wanted = f"{artifact} of Spark {_line(spark.version)}"
    fix = f"Submit the job with the jars that job/releases.ts of ecom-analytics names for it: {wanted} and what belongs to it."
    if found is None:
        foreign = loader.getResource("org/apache/spark/sql/kafka010/KafkaSourceProvider.class")
        if foreign is None:
            raise JobError("ECOM_JAR_MISSING", "Spark has no Kafka connector", "--jars", fix)
        raise JobError("ECOM_JAR_LINE", "The Kafka connector is built for another Scala than this Spark", str(foreign), fix)
    properties = jvm.java.util.Properties()
    stream = found.openStream()
    properties.load(stream)
    stream.close()
    version = str(properties.getProperty("version"))
    if _line(version) != _line(spark.version):
        raise JobError(
            "ECOM_JAR_LINE",
            f"The Kafka connector is that of Spark {version}, and this is Spark {spark.version}",
            str(found),
            fix,
        )
    try:
        jvm.java.lang.Class.forName("org.apache.spark.kafka010.KafkaTokenUtil", True, loader)
        jvm.java.lang.Class.forName("org.apache.kafka.clients.admin.AdminClient", True, loader)
        jvm.java.lang.Class.forName("org.apache.commons.pool2.impl.GenericKeyedObjectPool", True, loader)
    except Py4JError as cause:
        raise JobError(
            "ECOM_JAR_MISSING", f"A jar that the Kafka connector needs is missing: {_root_cause(cause)}", "--jars", fix
        ) from cause
    if loader.getResource("ecom/ReadRecord.class") is None:
        raise JobError("ECOM_JAR_MISSING", "Spark has no reader of orders", "--jars", "Add emr/reader/reader.jar to the jars.")


def _line(version: str) -> str:
    return ".".join(version.split(".")[:2])


def check_topics(spark: SparkSession, kafka: Kafka, spec: Spec) -> None:
    """Raises JobError when the brokers do not answer, refuse the job, or lack a topic."""
    jvm: Any = spark.sparkContext._jvm
    settings = jvm.java.util.HashMap()
    for name, value in kafka.client.items():
        settings.put(name, value)
    settings.put("bootstrap.servers", kafka.servers)
    settings.put("default.api.timeout.ms", str(_ANSWER_WITHIN_MS))
    settings.put("request.timeout.ms", str(_ANSWER_WITHIN_MS // 2))
    wanted = (spec.orders_topic, spec.alerts_topic, spec.dead_letters_topic)
    try:
        admin = jvm.org.apache.kafka.clients.admin.AdminClient.create(settings)
    except Py4JJavaError as cause:
        raise _unreachable(kafka, _root_cause(cause)) from cause
    try:
        names = set(admin.listTopics().names().get())
    except Py4JJavaError as cause:
        raise _unreachable(kafka, _root_cause(cause)) from cause
    finally:
        admin.close(jvm.java.time.Duration.ofSeconds(1))
    missing = [topic for topic in wanted if topic not in names]
    if missing:
        raise JobError(
            "ECOM_TOPIC_MISSING",
            f"The cluster has no topic {', '.join(missing)}, or this job may not see it",
            kafka.servers,
            "Deploy the topics first, or allow the job's role to describe them.",
        )


def _root_cause(error: Py4JError) -> str:
    cause = getattr(error, "java_exception", None)
    while cause is not None and cause.getCause() is not None:
        cause = cause.getCause()
    return str(error) if cause is None else str(cause.toString())


def _unreachable(kafka: Kafka, cause: str) -> JobError:
    is_refused = re.search(r"Authentication|Authorization|Sasl|Ssl|token|credential", cause, re.IGNORECASE)
    if is_refused:
        return JobError(
            "ECOM_KAFKA_AUTH",
            f"The brokers refuse the job: {cause}",
            kafka.servers,
            "Check --auth and the role of the machine: it needs kafka-cluster:Connect and the actions on the topics.",
        )
    return JobError(
        "ECOM_KAFKA_UNREACHABLE",
        f"The brokers do not answer: {cause}",
        kafka.servers,
        "Check --kafka-servers, that the cluster is running, and that its security group allows this machine to connect.",
    )
