"""Files and objects, on this machine or in S3. A reader sees a whole one or none."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

# The most that is read of an object that steers the job or is written by it, in characters.
_LONGEST_TEXT: Final = 1 << 20


class Unavailable(Exception):
    """The store did not do what it was asked to; it may do so later."""


class Store(Protocol):
    """Operations on one location's file system. All raise `Unavailable` when it does not answer or refuses."""

    def uri(self, *names: str) -> str:
        """The location, or something below it, as Hadoop reads it."""

    def read(self, *names: str) -> str | None:
        """The text of a file, None where there is none."""

    def write(self, text: str, *names: str) -> None:
        """Puts a file there, or replaces one as a whole."""

    def list(self, *names: str) -> list[str]:
        """Names of what lies in a folder; none where there is no folder."""

    def files_below(self, *names: str) -> list[str]:
        """Paths, relative to a folder, of all files below it."""

    def publish(self, source: tuple[str, ...], target: tuple[str, ...]) -> None:
        """Moves a finished file into place, over one that is there."""

    def take(self, uri: str, *names: str) -> None:
        """Puts a finished file that lies elsewhere into place, over one that is there. The caller removes the source."""

    def remove(self, *names: str) -> None:
        """Removes a file, or a folder with all that is in it. Nothing happens where there is none."""


def is_local(location: str) -> bool:
    """Whether a location is a path of this machine, as a path or as a `file` URI."""
    scheme = urlsplit(location).scheme
    # A single letter is a Windows drive.
    return scheme == "file" or len(scheme) < 2


def store_at(spark: SparkSession | None, location: str) -> Store:
    """The store of a location: a path of this machine, or a URI, which needs a session."""
    if not is_local(location):
        if spark is None:
            raise ValueError(f"{location} is read with a session")
        return _Hadoop(spark, location)
    return _Local(Path(unquote(urlsplit(location).path) if location.startswith("file:") else location))


class _Local:
    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def _path(self, names: tuple[str, ...]) -> Path:
        return self._root.joinpath(*names)

    def uri(self, *names: str) -> str:
        # Hadoop takes a path as it is, blanks and all: percent signs would become part of the name.
        return f"file://{self._path(names).as_posix()}"

    def read(self, *names: str) -> str | None:
        try:
            return self._path(names).read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise Unavailable(str(cause)) from cause

    def write(self, text: str, *names: str) -> None:
        target = self._path(names)
        unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(text, "utf-8")
            os.replace(unfinished, target)
        except OSError as cause:
            raise Unavailable(str(cause)) from cause

    def list(self, *names: str) -> list[str]:
        try:
            return sorted(os.listdir(self._path(names)))
        except FileNotFoundError:
            return []
        except OSError as cause:
            raise Unavailable(str(cause)) from cause

    def files_below(self, *names: str) -> list[str]:
        folder = self._path(names)
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def publish(self, source: tuple[str, ...], target: tuple[str, ...]) -> None:
        try:
            self._path(target).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self._path(source), self._path(target))
        except OSError as cause:
            raise Unavailable(str(cause)) from cause

    def take(self, uri: str, *names: str) -> None:
        try:
            self._path(names).parent.mkdir(parents=True, exist_ok=True)
            os.replace(uri.removeprefix("file://"), self._path(names))
        except OSError as cause:
            raise Unavailable(str(cause)) from cause

    def remove(self, *names: str) -> None:
        path = self._path(names)
        try:
            if path.is_dir():
                for name in os.listdir(path):
                    self.remove(*names, name)
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        except OSError as cause:
            raise Unavailable(str(cause)) from cause


class _Hadoop:
    def __init__(self, spark: SparkSession, root: str) -> None:
        self._root = root.rstrip("/")
        self._jvm: Any = spark.sparkContext._jvm  # PySpark has no file system of its own.
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def uri(self, *names: str) -> str:
        return "/".join((self._root, *names))

    def _path(self, names: tuple[str, ...]) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(self.uri(*names))

    def _system(self, path: Any) -> Any:
        return path.getFileSystem(self._configuration)

    def read(self, *names: str) -> str | None:
        try:
            path = self._path(names)
            # Given a length, S3A asks for nothing beforehand: one GET, whether or not the object is there.
            opening = self._system(path).openFile(path)
            opening.opt("fs.option.openfile.length", str(_LONGEST_TEXT))
            stream = opening.build().get()
            try:
                return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
            finally:
                stream.close()
        except Py4JJavaError as cause:
            if _is_missing(cause):
                return None
            raise Unavailable(str(cause.java_exception)) from cause

    def write(self, text: str, *names: str) -> None:
        try:
            path = self._path(names)
            # An object of S3 appears when its stream is closed.
            stream = self._system(path).create(path, True)
            try:
                stream.write(bytearray(text.encode("utf-8")))
            finally:
                stream.close()
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause

    def list(self, *names: str) -> list[str]:
        try:
            path = self._path(names)
            system = self._system(path)
            if not system.exists(path):
                return []
            return sorted(str(found.getPath().getName()) for found in system.listStatus(path))
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause

    def files_below(self, *names: str) -> list[str]:
        try:
            path = self._path(names)
            system = self._system(path)
            if not system.exists(path):
                return []
            prefix = len(str(system.makeQualified(path))) + 1
            found = system.listFiles(path, True)
            paths: list[str] = []
            while found.hasNext():
                paths.append(str(found.next().getPath())[prefix:])
            return sorted(paths)
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause

    def publish(self, source: tuple[str, ...], target: tuple[str, ...]) -> None:
        start, end = self._path(source), self._path(target)
        try:
            # A rename in S3 refuses to replace; a copy does, and appears as a whole.
            copied = self._jvm.org.apache.hadoop.fs.FileUtil.copy(
                self._system(start), start, self._system(end), end, True, True, self._configuration
            )
            if not copied:
                raise Unavailable(f"{end} was not written")
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause

    def take(self, uri: str, *names: str) -> None:
        start, end = self._jvm.org.apache.hadoop.fs.Path(uri), self._path(names)
        try:
            source = self._system(start).open(start)
            try:
                stream = self._system(end).create(end, True)
                try:
                    self._jvm.org.apache.hadoop.io.IOUtils.copyBytes(source, stream, 1 << 16, False)
                except Py4JJavaError:
                    stream.abort()  # closed, it would appear as far as it got
                    raise
                stream.close()
            finally:
                source.close()
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause

    def remove(self, *names: str) -> None:
        try:
            path = self._path(names)
            self._system(path).delete(path, True)
        except Py4JJavaError as cause:
            raise Unavailable(str(cause.java_exception)) from cause


def _is_missing(error: Py4JJavaError) -> bool:
    cause = error.java_exception
    while cause is not None:
        if cause.getClass().getName() == "java.io.FileNotFoundException":
            return True
        cause = cause.getCause()
    return False
