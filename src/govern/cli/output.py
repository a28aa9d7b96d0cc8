"""Where results go: files first, then stdout, which holds nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from govern.cli.settings import FORMAT
from govern.model.document import Document
from govern.model.errors import GovernError, usage
from govern.model.text import nearest

_SUFFIXES = {".json": "json", ".txt": "table"}

#: Columns of a text that isn't read on a terminal.
_WIDE = 160


def formats_of(given: str | None, outputs: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """The format of stdout, and (format, path) per ``-o``. Raises wrong usage before any work."""
    from govern.report import FORMATS

    def known(name: str, option: str) -> str:
        if name not in FORMATS:
            near = nearest(name, FORMATS)
            hint = f"; did you mean {near}?" if near else ""
            raise usage(f"{option} {name}: no such format ({', '.join(FORMATS)}){hint}")
        return name

    stdout = known(given or os.environ.get(FORMAT) or "table", "--format")
    files = []
    for output in outputs:
        name, separator, path = output.partition(":")
        if not separator or name not in FORMATS:
            by_suffix = _SUFFIXES.get(os.path.splitext(output)[1].lower())
            if by_suffix is None:
                known(name, "-o")
                raise usage(f"-o {output}: say which format, as in -o json:{output}")
            name, path = by_suffix, output
        if not path:
            raise usage(f"-o {output}: a path must follow the colon")
        files.append((name, path))
    return stdout, files


def write(document: Document, stdout: str, files: Sequence[tuple[str, str]]) -> None:
    """Write every ``-o`` file, then stdout. Raises ``file`` with nothing on stdout."""
    from govern.report import FORMATS

    for name, path in files:
        text = FORMATS[name](document, _WIDE)
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise GovernError("file", f"{path}: {error.strerror or error}") from None
    text = FORMATS[stdout](document, _width())
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(text)


def _width() -> int:
    if os.environ.get("COLUMNS", "").isdigit() or sys.stdout.isatty():
        return max(shutil.get_terminal_size((_WIDE, 24)).columns, 20)
    return _WIDE
