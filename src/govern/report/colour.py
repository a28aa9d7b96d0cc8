"""Colours of a terminal, for the few words that a person looks for first."""

from __future__ import annotations

from govern.model.exits import Exit

_BOLD, _RED, _YELLOW, _GREEN = "1", "31", "33", "32"

#: The first word of a row → its colour: severities, states, outcomes.
_WORDS = {
    **dict.fromkeys(("critical", "high", "LEAKING", "failed", "COULD"), _RED),
    **dict.fromkeys(("medium", "charging", "settling", "waiting", "blocked"), _YELLOW),
    **dict.fromkeys(("passed", "stopped", "proved", "done"), _GREEN),
}


def _painted(text: str, *codes: str) -> str:
    return f"\033[{';'.join(codes)}m{text}\033[0m" if text else text


def verdict(text: str, ended: Exit) -> str:
    """The line that says how a run ended."""
    colour = {0: _GREEN, 1: _RED}.get(ended.code, _YELLOW)
    return _painted(text, _BOLD, colour)


def heading(text: str) -> str:
    return _painted(text, _BOLD)


def leading(line: str) -> str:
    """A row of which the first word is coloured where it means something."""
    text = line.lstrip(" ")
    word = text.split(" ", 1)[0]
    if word not in _WORDS:
        return line
    return line[: len(line) - len(text)] + _painted(word, _WORDS[word]) + text[len(word) :]
