"""Names in an hour's folder of window files. Readers who list Parquet files pass over those with an underscore in front."""

from __future__ import annotations

import re
from typing import Final

PARTITIONS: Final = ("date", "hour")
UNFINISHED: Final = ".unfinished"


def part_name(checkpoint_id: str, batch_id: int) -> str:
    """The file of one batch, so that a batch that runs again writes over it."""
    return f"part-{checkpoint_id}-{batch_id:06d}.parquet"


def whole_name(checkpoint_id: str) -> str:
    """The file of a whole hour. It sorts before the parts: who lists in order and sees it can see no part any more."""
    return f"compact-{checkpoint_id}.parquet"


def journal_name(checkpoint_id: str) -> str:
    """What a compaction that is under way, or was killed, has decided."""
    return f"_compaction-{checkpoint_id}.json"


def batch_of(name: str, checkpoint_id: str) -> int | None:
    """The batch that wrote a file; None for any other file."""
    found = re.fullmatch(rf"part-{re.escape(checkpoint_id)}-(\d+)\.parquet", name)
    return None if found is None else int(found[1])


def is_compacted(names: list[str], checkpoint_id: str) -> bool:
    """Whether an hour is compacted, or on the way there: nobody may add a part then."""
    return whole_name(checkpoint_id) in names or journal_name(checkpoint_id) in names
