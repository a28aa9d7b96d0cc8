"""Where results go: files first, then stdout, which holds nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import typer

from govern.cli.saving import save
from govern.cli.settings import FORMAT
from govern.cli.streams import say, show
from govern.model.errors import GovernError, usage
from govern.model.text import nearest

if TYPE_CHECKING:
    from govern.model.document import Document
    from govern.report.page import Page

#: Columns of a text that isn't read on a terminal.
_WIDE = 160


class Beside(Protocol):
    """Another document of the run, such as an inventory."""

    def document(self) -> dict[str, Any]: ...


def formats_of(
    given: str | None, outputs: Sequence[str], offered: Sequence[str]
) -> tuple[str, list[tuple[str, str]]]:
    """The format of stdout, and (format, path) per ``-o``. Raises wrong usage before any work.

    ``offered``: what the command's document offers to formats.
    """
    from govern.report import fitting

    sensible = fitting(offered)
    stdout = _known(given or os.environ.get(FORMAT) or "table", "--format", sensible)
    files = [_file(output, sensible) for output in outputs]
    must_fit([stdout, *(name for name, _ in files)], offered)
    paths = [os.path.abspath(path) for _, path in files]
    for at, (_, path) in enumerate(files):
        if paths[at] in paths[:at]:
            raise usage(f"-o {outputs[at]}: {path} is already written by another -o")
    return stdout, files


def must_fit(names: Iterable[str], offered: Sequence[str]) -> None:
    """Raise wrong usage for a format that makes no sense for such a document."""
    from govern.report import fitting

    sensible = fitting(offered)
    for name in names:
        if name not in sensible:
            raise _senseless(name, sensible)


def _known(name: str, option: str, sensible: Sequence[str]) -> str:
    from govern.report import FORMATS, by_suffix

    if name not in FORMATS:
        meant = by_suffix(f".{name.lower()}")
        near = meant if meant in sensible else nearest(name, sensible)
        hint = f"; did you mean {near}?" if near else ""
        raise usage(f"{option} {name}: no such format ({', '.join(sensible)}){hint}")
    return name


def _file(output: str, sensible: Sequence[str]) -> tuple[str, str]:
    """``FORMAT:PATH``, or a path whose suffix names its format."""
    from govern.report import FORMATS, by_suffix

    name, separator, path = output.partition(":")
    if not separator or name not in FORMATS:
        suffixed = by_suffix(os.path.splitext(output)[1].lower())
        if suffixed is None:
            _known(name, "-o", sensible)
            raise usage(f"-o {output}: say which format, as in -o json:{output}")
        name, path = suffixed, output
    if not path:
        raise usage(f"-o {output}: a path must follow the colon")
    if path == "-":
        raise usage(f"-o {output}: standard output has its own option, --format {name}")
    return name, path


def end(
    document: Document,
    stdout: str,
    files: Sequence[tuple[str, str]],
    inputs: Sequence[str],
    *,
    quiet: bool,
    secret: bytes | None = None,
    beside: Iterable[Beside] = (),
    short: Document | None = None,
    exact: bool = False,
    next: Sequence[str] = (),
) -> NoReturn:
    """Write the document, say on stderr why it is neither clean nor findings, and exit.

    ``short``: what stands on stdout in its place, where it went into a file.

    With a ``secret`` it is redacted first; ``beside`` are documents whose words it may hold.
    ``exact``: all digits on a terminal too. ``next``: commands that go on from here.
    """
    if secret is not None:
        from govern.privacy.redact import redact

        known = [{"path": list(inputs)}, *(one.document() for one in beside)]
        document = redact(document, secret, known, _folder() or None)
    else:
        document = replace(document, next=next)
    write(document, stdout, files, inputs, short, quiet=quiet, exact=exact)
    if document.exit.code not in (0, 1) and not quiet and not _said(document, stdout):
        say(document.exit.reason)
    raise typer.Exit(document.exit.code)


def write(
    document: Document,
    stdout: str,
    files: Sequence[tuple[str, str]],
    inputs: Sequence[str] = (),
    short: Document | None = None,
    *,
    quiet: bool = False,
    exact: bool = False,
) -> None:
    """Write every ``-o`` file, then stdout; with ``short`` that in place of the document.

    Raises wrong usage if the document can't be shown in a format, or a file would overwrite one
    of ``inputs``; ``file`` if one can't be written. Then nothing is on stdout.
    """
    from govern.report import FORMATS
    from govern.report.page import Page

    for name in (stdout, *(name for name, _ in files)):
        _fits(document, name)
    for _, path in files:
        if any(same(path, one) for one in inputs):
            raise usage(f"-o {path}: this file is read in the same run; name another one")
    folder = _folder()
    for name, path in files:
        text = FORMATS[name].render(document, Page(_WIDE, folder))
        _save(path, text, document, name)
    if short is None:
        show(FORMATS[stdout].render(document, page(folder, exact)))
    elif not quiet:
        show(FORMATS["table"].render(short, page(folder, exact)))


def _said(document: Document, stdout: str) -> bool:
    """Whether who reads the messages has just read the verdict on the same terminal."""
    shown = stdout == "table" and sys.stdout.isatty() and sys.stderr.isatty()
    return shown and len(document.sections()) > 1


def page(folder: str, exact: bool) -> Page:
    """What standard output is written on: a terminal that somebody looks at, or a pipe."""
    from govern.model.figures import CENTS, EXACT
    from govern.report.page import Page

    screen = sys.stdout.isatty()
    figures = CENTS if screen and not exact else EXACT
    return Page(_width(), folder, screen, _colours(screen), figures)


def _colours(screen: bool) -> bool:
    """By the customs of no-color.org and force-color.org, the first before the second."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    return forced not in ("", "0") or (screen and os.environ.get("TERM") != "dumb")


def _save(path: str, text: str, document: Document, name: str) -> None:
    """What people edit begins with the line by which their editor knows it."""
    from govern.report import COMMENTS, FORMATS

    if FORMATS[name].needs != COMMENTS:
        save(path, text)
        return
    from govern.cli.modeline import kind_of, save_edited

    kind = kind_of(str(document.payload["schema"]))
    assert kind is not None
    save_edited(path, text, kind)


def _fits(document: Document, name: str) -> None:
    from govern.report import FORMATS, fitting, offers

    if not FORMATS[name].fits(offers(document)):
        raise _senseless(name, fitting(offers(document)))


def _senseless(name: str, sensible: Sequence[str]) -> GovernError:
    return usage(f"format {name}: makes no sense here; this command has {', '.join(sensible)}")


def same(path: str, other: str) -> bool:
    """Whether both name one file that is there."""
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False


def _folder() -> str:
    """The working folder, to which paths are told relative; "" if it isn't there any more."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _width() -> int:
    if os.environ.get("COLUMNS", "").isdigit() or sys.stdout.isatty():
        return max(shutil.get_terminal_size((_WIDE, 24)).columns, 20)
    return _WIDE
