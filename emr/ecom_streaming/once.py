"""Keeps Spark from computing an expression more than once."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def once(expression: Column) -> Column:
    """The same value, computed where it stands.

    Spark puts the definition of a column in the place of each of its uses, and moves filters below the columns they read.
    Over many steps that doubles and doubles again: planning alone then takes minutes. What is not deterministic it leaves
    alone, so a random number that decides nothing is made part of the expression (in a sum: a bare `rand() < 2` it sees
    through).
    """
    return F.when(F.rand() + 1.0 > 0.0, expression)
