"""The command line of the streaming job."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from .errors import UsageError

_EXAMPLE = """example:
  spark-submit --jars … streaming_job.py --spec pipeline.json --settings settings.json \\
    --kafka-servers 127.0.0.1:9092 --output file:///data --checkpoint file:///data/checkpoint
"""


@dataclass(frozen=True)
class Arguments:
    """What the job was called with."""

    spec: str
    settings: str
    kafka_servers: str
    output: str
    checkpoint: str
    auth: str
    kafka_options: dict[str, str]
    status: str | None
    control: str | None


class Parser(argparse.ArgumentParser):
    """Reports what is wrong as every other error of the job is reported."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError("ECOM_USAGE", message[:1].upper() + message[1:], "the command line", "See --help.")


def parse_arguments(arguments: list[str]) -> Arguments:
    """Raises UsageError `ECOM_USAGE`."""
    parser = Parser(
        prog="streaming_job.py",
        description="Orders from Kafka to windows in Parquet, alerts and dead letters.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--spec", required=True, help="the pipeline spec: path or URI")
    parser.add_argument("--settings", required=True, help="the stage's settings: path or URI")
    parser.add_argument("--kafka-servers", required=True, help="bootstrap brokers")
    parser.add_argument("--output", required=True, help="folder that the window folder is made in")
    parser.add_argument("--checkpoint", required=True, help="folder of the checkpoint")
    parser.add_argument("--auth", choices=("none", "iam"), default="none", help="how to get into the cluster")
    parser.add_argument(
        "--kafka-option", action="append", default=[], metavar="NAME=VALUE", help="a setting of the Kafka clients"
    )
    parser.add_argument("--status", help="object that says what the job is doing")
    parser.add_argument("--control", help="folder of the objects that steer the job")
    found = parser.parse_args(arguments)
    return Arguments(
        spec=found.spec,
        settings=found.settings,
        kafka_servers=found.kafka_servers,
        output=found.output,
        checkpoint=found.checkpoint,
        auth=found.auth,
        kafka_options=dict(_option(text) for text in found.kafka_option),
        status=found.status,
        control=found.control,
    )


def _option(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError("ECOM_USAGE", f"{text!r} is not NAME=VALUE", "--kafka-option", "See --help.")
    return name, value
