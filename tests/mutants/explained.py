"""Survivors that change nothing a bill could show, by module, line and replacement; with why."""

from __future__ import annotations

EXPLAINED: dict[tuple[str, str, str], str] = {}
