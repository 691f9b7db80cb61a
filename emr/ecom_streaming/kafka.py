"""How the job talks to Kafka: client settings, the source of orders, and the sink of everything it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

# https://kafka.apache.org/39/configuration/consumer-configs/ and producer-configs. How often a send is tried again is left
# to the client: fewer tries than its deadline has room for would break the idempotent producer's guarantee.
_CLIENT: Final = {
    "request.timeout.ms": "60000",
    "retry.backoff.ms": "200",
    "retry.backoff.max.ms": "5000",
    "reconnect.backoff.ms": "200",
    "reconnect.backoff.max.ms": "5000",
}
_SOURCE: Final = {"fetchOffset.numRetries": "3", "fetchOffset.retryIntervalMs": "1000"}
_SINK: Final = {"kafka.acks": "all", "kafka.delivery.timeout.ms": "120000"}

# https://github.com/aws/aws-msk-iam-auth, "Configuring a Kafka client to use AWS IAM with SASL OAUTHBEARER mechanism"
_IAM: Final = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.jaas.config": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
    "sasl.login.callback.handler.class": "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler",
}


@dataclass(frozen=True)
class Kafka:
    """A cluster and how to get in. `client` holds settings of Kafka's own clients, without Spark's prefix."""

    servers: str
    client: Mapping[str, str]

    def _options(self) -> dict[str, str]:
        return {f"kafka.{name}": value for name, value in {"bootstrap.servers": self.servers, **self.client}.items()}

    def stream(self, spark: SparkSession, topic: str, starting: str, fail_on_data_loss: bool, most: int | None) -> DataFrame:
        """Records of a topic with their headers. `most` limits a batch; `starting` is where a new checkpoint begins."""
        limit = {} if most is None else {"maxOffsetsPerTrigger": str(most)}
        return (
            spark.readStream.format("kafka")
            .options(**self._options(), **_SOURCE, **limit)
            .options(subscribe=topic, includeHeaders="true")
            .options(startingOffsets=starting, failOnDataLoss=str(fail_on_data_loss).lower())
            .load()
        )

    def range(self, spark: SparkSession, topic: str, start: str, end: str) -> DataFrame:
        """Records between two offsets in Spark's own notation."""
        return (
            spark.read.format("kafka")
            .options(**self._options(), **_SOURCE)
            .options(subscribe=topic, includeHeaders="true", startingOffsets=start, endingOffsets=end)
            .load()
        )

    def sink_options(self) -> dict[str, str]:
        return {**self._options(), **_SINK}


def kafka_cluster(servers: str, auth: str, options: Mapping[str, str]) -> Kafka:
    """The cluster as the command line names it; `options` go before what `auth` brings."""
    return Kafka(servers, {**_CLIENT, **(_IAM if auth == "iam" else {}), **options})


def header(name: str, value: Column) -> Column:
    """One header of a record to send."""
    return F.struct(F.lit(name).alias("key"), value.cast("string").cast("binary").alias("value"))
