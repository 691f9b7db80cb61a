"""Errors that a person can act on. Anything else that is raised is a bug, and is shown with its traceback."""

from __future__ import annotations

import sys
import traceback


class JobError(Exception):
    """What is wrong, where, what to do about it, and a code. The code is stable, the message is not."""

    exit_code = 1

    def __init__(self, code: str, what: str, where: str, fix: str) -> None:
        super().__init__(f"{what} ({where}). {fix} ({code})")
        self.code = code


class UsageError(JobError):
    """The job was called wrongly."""

    exit_code = 2


class Fenced(JobError):
    """A newer generation of the job has taken over."""

    def __init__(self, generation: int, newer: int) -> None:
        super().__init__(
            "ECOM_FENCED",
            f"Generation {newer} of this job has taken over from generation {generation}, which stopped without writing",
            "generation.json in --control",
            "Nothing is lost: the newer one resumes from the same checkpoint. To go back, start a job with a higher generation.",
        )


def report(failure: Exception) -> int:
    """Says on stderr, last of all, what went wrong: a message for what a person can act on, the traceback of a bug.

    Answers the exit code.
    """
    sys.stdout.flush()
    if isinstance(failure, JobError):
        print(failure, file=sys.stderr, flush=True)
        return failure.exit_code
    traceback.print_exception(failure)
    return 1
