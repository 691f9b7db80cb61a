"""Reads times as the contract writes them: `YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM]`, cut to milliseconds."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_SECOND_LENGTH = len("2026-11-23T22:42:37")


def plain_millis(text: Column) -> Column:
    """Epoch milliseconds of a time that is of the contract's form with a zone below 18 hours; null where it does not exist.

    Spark reads it as the session's zone has it where there is none, and the session's zone is UTC.
    """
    has_offset = F.substring(text, -6, 1).isin("+", "-")
    # Spark looks a zone up with several regular expressions, `Z` too; without one it is twice as fast.
    local = F.when(has_offset, text).otherwise(F.rtrim(F.translate(text, "Z", " ")))
    return F.unix_millis(F.try_to_timestamp(local))


def careful_millis(text: Column, pattern: str) -> Column:
    """Epoch milliseconds of any text, null where it is not of the contract's form or does not exist in the calendar."""
    # In Java `$` also matches before a last line break.
    whole = pattern.removesuffix("$") + r"\z"
    fraction, sign, hours, minutes = (F.regexp_extract(text, whole, group) for group in (7, 9, 10, 11))
    second = F.try_to_timestamp(F.substring(text, 1, _SECOND_LENGTH))
    millis = F.rpad(F.substring(fraction, 1, 3), 3, "0").cast("int")
    zone_minutes = F.when(sign == "", 0).otherwise(hours.cast("int") * 60 + minutes.cast("int"))
    zone_exists = (sign == "") | ((hours <= "23") & (minutes <= "59"))
    offset_ms = F.when(sign == "-", -zone_minutes).otherwise(zone_minutes) * F.lit(60_000)
    return F.when(text.rlike(whole) & zone_exists, F.unix_millis(second) + millis - offset_ms)
