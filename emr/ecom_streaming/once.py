"""Keeps Spark from computing an expression more than once."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def once(expression: Column) -> Column:
    """The same value, computed where it stands.

    Spark puts the definition of a column in the place of each of its uses, and moves filters below the columns they read.
    Over many steps that doubles and doubles again: planning alone then takes minutes. What is not deterministic it leaves
    alone, so something of that kind that decides nothing is made part of the expression. It must not be a random number: a
    streaming query seeds those anew for every batch, writes the seed into the code it generates, and so compiles all of
    that code for every batch.
    """
    return F.when(F.spark_partition_id() >= 0, expression)
