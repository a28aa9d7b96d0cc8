"""What the manifest beside a file says of it: when it was collected, if it is still that file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from govern.bill.discovery import STDIN
from govern.model import manifest
from govern.model.clock import Moment, parse_moment
from govern.model.manifest import DayFile, Manifest


@dataclass
class Manifests:
    """The manifests of the folders that a bill's files lie in, each read once.

    A ``manifest.json`` of anybody else's says nothing, and is no fault.
    """

    _known: dict[str, dict[str, DayFile] | None] = field(default_factory=dict)
    _broken: dict[str, str] = field(default_factory=dict)

    def lists(self, path: str) -> bool:
        """Whether the file's bytes are to be held against a digest."""
        return self._entry(path) is not None

    def instant(self, path: str, sha256: str | None) -> Moment | None:
        """When the file was exported; None where nothing beside it says so of these bytes."""
        entry = self._entry(path)
        return parse_moment(entry.exported_at) if entry and entry.sha256 == sha256 else None

    def why_not(self, path: str) -> str | None:
        """Why a manifest beside the file tells nothing of it; None where there is none."""
        found = self._of(path)
        if found is None:
            return self._broken.get(os.path.dirname(path))
        if self._entry(path):
            return f"{manifest.NAME} beside it tells another SHA-256"
        return f"{manifest.NAME} beside it doesn't list it"

    def _entry(self, path: str) -> DayFile | None:
        found = self._of(path)
        return found.get(os.path.basename(path)) if found else None

    def _of(self, path: str) -> dict[str, DayFile] | None:
        """What the manifest beside the file lists, by name; None where there is none."""
        if path == STDIN:
            return None
        folder = os.path.dirname(path)
        if folder not in self._known:
            found = self._read(folder)
            self._known[folder] = (
                {one.path: one for one in reversed(found.files)} if found else None
            )
        return self._known[folder]

    def _read(self, folder: str) -> Manifest | None:
        try:
            with open(os.path.join(folder, manifest.NAME), encoding="utf-8") as file:
                told = json.load(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            self._broken[folder] = f"{manifest.NAME} beside it can't be read"
            return None
        if not isinstance(told, dict) or told.get("schema") != manifest.SCHEMA:
            return None
        try:
            return manifest.read(told)
        except ValueError:
            self._broken[folder] = f"{manifest.NAME} beside it can't be read"
            return None
