"""What to do first, for who types ``govern`` alone: by what lies in the folder."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence

_HEAD = "govern stops AI spend on Alibaba Cloud Model Studio, and proves that it stopped."


def first_steps() -> str:
    """A few commands that work here as they stand. Raises OSError if the folder can't be read."""
    from govern.policy.config import find_config

    config = find_config(".", os.path.expanduser("~"))
    if config:
        told, steps = f"{os.path.relpath(config)} is set up:", _SET_UP
    elif bills := bills_in("."):
        told = f"No govern.yaml yet, but {len(bills)} file{'s'[: len(bills) > 1]} to look at:"
        word = shlex.quote(bills[0]) if len(bills) == 1 else "."
        steps = [(f"govern check {word}", "what should stop"), *_BEGIN[1:]]
    else:
        told, steps = "Neither a bill nor a govern.yaml is here yet:", _BEGIN
    width = max(len(command) for command, _ in steps)
    lines = [f"  {command:{width}}  {why}" for command, why in steps]
    return "\n".join([_HEAD, "", told, *lines, "", "All commands: govern --help", ""])


_BEGIN: Sequence[tuple[str, str]] = (
    ("govern check BILL.csv", "what should stop, in a bill as it was exported"),
    ("govern init", "a folder to work in: bills/, policies/, govern.yaml"),
)
_SET_UP: Sequence[tuple[str, str]] = (
    ("govern check", "what should stop"),
    ("govern audit --still-charging", "which keys still cost money"),
    ("govern cost --by workspace_id", "who spends what"),
    ("govern checklist -o checklist.yaml", "the steps that stop it"),
)


def bills_in(folder: str) -> list[str]:
    """The names of what may be bills there, by their suffixes. Raises OSError."""
    from govern.bill.discovery import SUFFIXES

    names = (entry.name for entry in os.scandir(folder) if entry.is_file())
    return sorted(name for name in names if name.lower().endswith(SUFFIXES))
