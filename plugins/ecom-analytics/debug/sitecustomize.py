"""Lets a debugger attach to the streaming job. Python imports a module of this name from its path, before the program."""

import os
import sys

port = os.environ.get("ECOM_DEBUGPY_PORT")

# Spark starts other Pythons too; only the job itself waits.
if port and any(argument.endswith("streaming_job.py") for argument in sys.orig_argv[1:2]):
    import debugpy

    debugpy.listen(("127.0.0.1", int(port)))
    # Not to stderr: Spark's goes to a file, and VS Code waits for this line in its terminal.
    with open(os.environ["ECOM_DEBUGPY_READY"], "w") as ready:
        ready.write("ready")
    debugpy.wait_for_client()
