"""What a text is written for: how wide it may be, and the folder its paths are relative to."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """``width`` in terminal columns; ``folder`` absolute, or "" where there is none to speak of."""

    width: int = 160
    folder: str = ""

    def place(self, path: str) -> str:
        """The path as CI services want it: relative to the folder where it lies in it, with /."""
        if self.folder and os.path.isabs(path):
            inside = os.path.relpath(path, self.folder)
            if inside.split(os.sep)[0] != os.pardir:
                path = inside
        return os.path.normpath(path).replace(os.sep, "/")
