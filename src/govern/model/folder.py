"""What lies in folders, found without swallowing an error.

``os.path.exists``, ``isfile``, ``os.walk`` and ``glob`` take "can't be looked at" for "isn't
there", so a bill drops out of a run in silence. Here only what certainly isn't there is absent;
everything else that goes wrong is told to whoever asked.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Callable, Iterator

from govern.model.errors import Fault, GovernError

#: Told of each error. Whoever raises ends the search; whoever returns must end the run later on.
Refuse = Callable[[Fault], None]
#: Whether an entry (path, whether it is a folder) is meant; asked before a folder is looked into.
Meant = Callable[[str, bool], bool]

_MAGIC = frozenset("*?[")
_ANY_DEPTH = "**"


def status(path: str, *, named: bool = False) -> os.stat_result | None:
    """What ``path`` is, links followed; None if it isn't there.

    Raises ``file`` if that can't be told. A link to nothing is an error too, since what it stands
    for is missing, unless ``named``: then it is a file that doesn't exist (yet).
    """
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if named or not is_link(path):
            return None
        raise GovernError("file", [_unseen(path, error)]) from None
    except OSError as error:
        raise GovernError("file", [_unseen(path, error)]) from None


def is_link(path: str) -> bool:
    """Whether there is a link at ``path``, wherever it leads."""
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _unseen(path: str, error: Exception) -> Fault:
    why = getattr(error, "strerror", None) or str(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        why = "a link to nothing" if is_link(path) else "it vanished in the meantime"
    return Fault(path, 0, 0, f"can't be looked at: {why}")


def below(folder: str, meant: Meant, refuse: Refuse, *, hidden: bool = False) -> Iterator[str]:
    """Every file below a folder that is ``meant``, in a stable order.

    Links are followed, and each folder is looked into once, so no loop harms. ``hidden``: names
    that begin with a dot are looked at too.
    """
    waiting = [folder]
    visited: set[str] = set()
    while waiting:
        here = waiting.pop()
        place = os.path.realpath(here)
        if place in visited:
            continue
        visited.add(place)
        inside = []
        for path, mode in _entries(here, lambda name: hidden or name[0] != ".", refuse):
            if not meant(path, stat.S_ISDIR(mode)):
                continue
            if stat.S_ISDIR(mode):
                inside.append(path)
            else:
                yield from _regular(path, mode, refuse)
        waiting += reversed(inside)


def _regular(path: str, mode: int, refuse: Refuse) -> Iterator[str]:
    """Nobody waits for a pipe that a folder happens to hold."""
    if stat.S_ISREG(mode):
        yield path
    else:
        refuse(Fault(path, 0, 0, "neither a file nor a folder: name it if it is meant"))


def has_magic(pattern: str) -> bool:
    """Whether a word is a pattern: ``*``, ``?``, ``[``."""
    return not _MAGIC.isdisjoint(pattern)


def matches(pattern: str, refuse: Refuse) -> list[tuple[str, bool]]:
    """The paths that a pattern means, each with whether it is a folder, sorted.

    ``*``, ``?`` and ``[…]`` as in a shell, ``**`` for folders of any depth; names that begin with a
    dot are met by patterns that do. A pattern that ends in ``**`` means files.
    """
    drive, rest = os.path.splitdrive(pattern)
    parts = [part for part in rest.replace(os.altsep or os.sep, os.sep).split(os.sep) if part]
    paths = [(drive + os.sep if rest[:1] in (os.sep, os.altsep) else drive, stat.S_IFDIR)]
    for at, part in enumerate(parts):
        folders = [path for path, mode in paths if stat.S_ISDIR(mode)]
        if part != _ANY_DEPTH:
            paths = [entry for base in folders for entry in _named(base, part, refuse)]
        elif at + 1 < len(parts):
            paths = [(deep, stat.S_IFDIR) for base in folders for deep in _folders(base, refuse)]
        else:
            files = (below(base, _everything, refuse) for base in folders)
            paths = [(path, stat.S_IFREG) for each in files for path in each]
    return [
        (path, stat.S_ISDIR(mode))
        for path, mode in sorted(set(paths))
        if stat.S_ISDIR(mode) or list(_regular(path, mode, refuse))
    ]


def _everything(path: str, is_folder: bool) -> bool:
    return True


def _folders(base: str, refuse: Refuse) -> list[str]:
    """A folder and those below it."""
    folders = [base]

    def keep(path: str, is_folder: bool) -> bool:
        if is_folder:
            folders.append(path)
        return is_folder

    for _ in below(base, keep, refuse):
        pass
    return folders


def _named(base: str, part: str, refuse: Refuse) -> list[tuple[str, int]]:
    """The entries of a folder that one part of a pattern means, with their modes."""
    if has_magic(part):
        return _entries(base, lambda name: _fits(name, part), refuse)
    path = os.path.join(base, part)
    try:
        return [(path, os.stat(path).st_mode)]
    except OSError as error:
        if is_link(path) or not isinstance(error, FileNotFoundError):
            refuse(_unseen(path, error))
        return []


def _fits(name: str, part: str) -> bool:
    return fnmatch.fnmatch(name, part) and (name[0] != "." or part[0] == ".")


def _entries(folder: str, named: Callable[[str], bool], refuse: Refuse) -> list[tuple[str, int]]:
    """Sorted, with modes; what can't be looked at is refused: it might be what is looked for."""
    try:
        names = sorted(filter(named, os.listdir(folder or os.curdir)))
    except OSError as error:
        refuse(_unseen(folder or os.curdir, error))
        return []
    entries = []
    for name in names:
        path = os.path.join(folder, name)
        try:
            entries.append((path, os.stat(path).st_mode))
        except OSError as error:
            refuse(_unseen(path, error))
    return entries
