"""What a text is written for: how wide it may be, and the folder its paths are relative to."""

from __future__ import annotations

import os
from dataclasses import dataclass

from govern.model.figures import EXACT, Figures


@dataclass(frozen=True)
class Page:
    """``width`` in terminal columns; ``folder`` absolute, or "" where there is none to speak of.

    ``screen``: a person looks at it on a terminal, where ``figures`` may be rounded; files and
    pipes get everything, exactly. ``colour``: it shows colours.
    """

    width: int = 160
    folder: str = ""
    screen: bool = False
    colour: bool = False
    figures: Figures = EXACT

    def place(self, path: str) -> str:
        """The path as CI services want it: relative to the folder where it lies in it, with /."""
        if self.folder and os.path.isabs(path):
            inside = os.path.relpath(path, self.folder)
            if inside.split(os.sep)[0] != os.pardir:
                path = inside
        return os.path.normpath(path).replace(os.sep, "/")
