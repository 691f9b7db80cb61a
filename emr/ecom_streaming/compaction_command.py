"""The command line of the compaction, and what it says."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import datetime, timezone

from .cli import Parser
from .compaction import Compacted, Compaction
from .errors import JobError, UsageError, report
from .session import start_spark
from .storage import Unavailable, store_at

_EXAMPLE = """example:
  spark-submit compact_windows.py --output file:///data --checkpoint file:///data/checkpoint --before 2026-11-23T00
"""


@dataclass(frozen=True)
class Arguments:
    """What the command was called with; times in milliseconds."""

    output: str
    checkpoint: str
    since_ms: int | None
    before_ms: int | None
    is_json: bool


def parse_arguments(arguments: list[str]) -> Arguments:
    """Raises UsageError `ECOM_USAGE`."""
    parser = Parser(
        prog="compact_windows.py",
        description="Joins the window files of closed hours, one file an hour. The streaming job may run meanwhile.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--output", required=True, help="as given to the streaming job")
    parser.add_argument("--checkpoint", required=True, help="as given to the streaming job")
    parser.add_argument("--since", metavar="HOUR", help="first hour to look at, such as 2026-11-23T10 (UTC)")
    parser.add_argument("--before", metavar="HOUR", help="first hour to leave alone; default: none that is closed")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    found = parser.parse_args(arguments)
    since_ms, before_ms = (_hour_ms(name, getattr(found, name)) for name in ("since", "before"))
    if since_ms is not None and before_ms is not None and since_ms >= before_ms:
        what = f"No hour lies between {found.since} and {found.before}"
        raise UsageError("ECOM_USAGE", what, "--since, --before", "See --help.")
    return Arguments(found.output, found.checkpoint, since_ms, before_ms, found.json)


def _hour_ms(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    for form in ("%Y-%m-%dT%H", "%Y-%m-%dT%H:00", "%Y-%m-%dT%H:00:00"):
        try:
            return int(datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=timezone.utc).timestamp()) * 1000
        except ValueError:
            continue
    raise UsageError("ECOM_USAGE", f"{text!r} is not an hour", f"--{name}", "Write it as 2026-11-23T10, in UTC.")


def _compact(arguments: Arguments) -> None:
    spark = start_spark("ecom-analytics compaction", {})
    spark.sparkContext.setLogLevel("WARN")
    try:
        output, checkpoint = store_at(spark, arguments.output), store_at(spark, arguments.checkpoint)
        done: list[Compacted] = []
        for compacted in Compaction(spark, output, checkpoint, arguments.output).run(arguments.since_ms, arguments.before_ms):
            done.append(compacted)
            if not arguments.is_json:
                print(_line(compacted), flush=True)
        if arguments.is_json:
            hours = [{"hour": str(of.hour), "files": of.files, "finished": of.finished} for of in done]
            print(json.dumps({"version": 1, "hours": hours}, indent=2))
        elif not done:
            print("No closed hour has more than one file.")
    except Unavailable as cause:
        raise JobError(
            "ECOM_OUTPUT_UNWRITABLE",
            f"The output or the checkpoint does not answer: {cause}",
            arguments.output,
            "Check the paths and that the role of this machine may write there, then run it again: it resumes where it stopped.",
        ) from cause
    finally:
        spark.stop()


def _line(compacted: Compacted) -> str:
    files = "1 file" if compacted.files == 1 else f"{compacted.files} files"
    return f"{compacted.hour}: {files} joined into one{', as an earlier run had begun to' if compacted.finished else ''}"


def main(argv: list[str]) -> int:
    """Compacts. Answers the exit code: 0 done, 1 failed, 2 called wrongly."""
    try:
        _compact(parse_arguments(argv))
    except Exception as failure:
        return report(failure)
    return 0
