"""Bill lines for a person who looks: the file once, then ``:178``."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.bill import Evidence


class Lines:
    """The evidence of several rows, told together."""

    def __init__(self, evidence: Sequence[Sequence[Evidence]]) -> None:
        paths = dict.fromkeys(line.path for lines in evidence for line in lines)
        self._only = next(iter(paths)) if len(paths) == 1 else None

    @property
    def sentences(self) -> Sequence[str]:
        """Names the file where there is but one."""
        return [f":N is line N of {self._only}"] if self._only else []

    def text(self, evidence: Sequence[Evidence]) -> str:
        """``:178, :179``, and each file's path before its first line where there are several."""
        said = []
        path = self._only
        for line in evidence:
            said.append(f"{'' if line.path == path else line.path}:{line.line}")
            path = line.path
        return ", ".join(said)
