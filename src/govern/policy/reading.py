"""A file as its one marked document, or faults with their places."""

from __future__ import annotations

import hashlib
import re

from govern.model.errors import Fault, GovernError, usage
from govern.policy.marks import HIDDEN, Faults, Source, YamlFile, unseen

#: More than any written policy file needs, and read in a moment.
LARGEST = 1024 * 1024

#: An inventory of tens of thousands of jobs.
LARGEST_DATA = 32 * LARGEST

_BREAK = re.compile(r"\r\n|\r|\n")


def read(
    path: str, faults: Faults, *, data: bool = False, raw: bytes | None = None
) -> YamlFile | None:
    """The file's one document, or None after telling ``faults`` why there is none.

    ``data``: the file may be written by a program, so it may be large, and hold ``null``.
    ``raw``: what it is going to hold, where that is to be looked at before it is written.
    """
    # Commands that need no policy file start without loading a YAML reader.
    from govern.policy.compose import compose

    if raw is None:
        raw = _bytes(path, faults, LARGEST_DATA if data else LARGEST)
    text = None if raw is None else _text(path, raw, faults)
    if raw is None or text is None:
        return None
    sha256 = hashlib.sha256(raw).hexdigest()
    source = Source(path, _BREAK.split(text), faults, data=data, sha256=sha256)
    hidden = HIDDEN.search(text)
    if hidden:
        line, column = _place(text[: hidden.start()])
        source.fault(line, column, unseen(hidden[0]))
        return None
    root = compose(text, source)
    return None if root is None else YamlFile(source, root)


def _bytes(path: str, faults: Faults, largest: int) -> bytes | None:
    try:
        with open(path, "rb") as file:
            raw = file.read(largest + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        faults.add(Fault(path, 0, 0, "doesn't exist"))
        return None
    except OSError as error:
        faults.add(Fault(path, 0, 0, f"can't be read: {error.strerror}"), cause="file")
        return None
    if len(raw) > largest:
        problem = f"larger than {largest >> 20} MiB, too large for a file of this kind"
        faults.add(Fault(path, 0, 0, problem))
        return None
    return raw


def named_file(path: str, option: str) -> bytes:
    """The bytes of the one file that an option names. Raises wrong usage where it isn't there, and
    ``file`` where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise usage(f"{option} {path}: no such file") from None
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror or error}") from None


def _text(path: str, raw: bytes, faults: Faults) -> str | None:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        rest = _BREAK.split(raw[error.start :].decode("utf-8", "replace"))[0]
        lines = _BREAK.split(before)
        lines[-1] += rest
        Source(path, lines, faults).fault(
            *_place(before), f"not UTF-8: byte {raw[error.start]:#04x}; save the file as UTF-8"
        )
        return None


def _place(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows ``before``."""
    lines = _BREAK.split(before)
    return len(lines), len(lines[-1]) + 1
