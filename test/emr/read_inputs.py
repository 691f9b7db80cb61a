"""Reads documents as the streaming job reads its inputs: a JSON line on stdin for each, with its kind and its text.

Answers a line for each: null, or the code and the message of the error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "emr"))

from ecom_streaming.errors import JobError
from ecom_streaming.settings import parse_settings
from ecom_streaming.spec import parse_spec

for line in sys.stdin:
    kind, text = json.loads(line)
    try:
        (parse_spec if kind == "spec" else parse_settings)(text, kind)
        print("null")
    except JobError as error:
        print(json.dumps([error.code, str(error)]))
