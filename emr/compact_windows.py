"""Joins the files of closed hours: `spark-submit compact_windows.py --help`."""

import sys

if sys.version_info < (3, 10):
    # Said here, because older versions cannot even read the modules below.
    sys.stderr.write(
        "Python %d.%d is too old (the Python of the driver). Run it with Python 3.10 or later: set spark.pyspark.python. "
        "(ECOM_PYTHON_TOO_OLD)\n" % sys.version_info[:2]
    )
    sys.exit(1)

from ecom_streaming.compaction_command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
