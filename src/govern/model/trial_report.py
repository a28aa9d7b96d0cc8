"""What tests of policies showed: ``govern.test_report/v1``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from govern.model.exits import Exit

SCHEMA = "govern.test_report/v1"


@dataclass(frozen=True)
class TrialResult:
    """One test. ``faults`` say what isn't as expected; none, and it passes."""

    name: str
    file: str
    line: int
    faults: tuple[str, ...]

    @property
    def outcome(self) -> str:
        return "fail" if self.faults else "pass"

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "outcome": self.outcome,
            "faults": list(self.faults),
        }


@dataclass(frozen=True)
class Coverage:
    """In how many passing tests one policy fires, is silent as expected, and is at its limit.

    ``at_limit`` is None for a policy that forbids: nothing is ever exactly at no charge.
    """

    policy: str
    file: str
    line: int
    enabled: bool
    fired: int
    silent: int
    at_limit: int | None

    @property
    def lacks(self) -> tuple[str, ...]:
        """What ``--require-tests`` misses."""
        kinds = {"a test in which it fires": self.fired, "one in which it is silent": self.silent}
        return tuple(name for name, count in kinds.items() if not count)

    def document(self) -> dict[str, Any]:
        return {
            "id": self.policy,
            "file": self.file,
            "line": self.line,
            "enabled": self.enabled,
            "fired": self.fired,
            "silent": self.silent,
            "at_limit": self.at_limit,
        }


@dataclass(frozen=True)
class Survivor:
    """A change that no test notices. ``change`` is what was changed, ``kill`` what would notice."""

    policy: str
    file: str
    line: int
    change: str
    kill: str

    def document(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "file": self.file,
            "line": self.line,
            "change": self.change,
            "kill": self.kill,
        }


@dataclass(frozen=True)
class Mutation:
    """How many changes were tried, and those that survived."""

    tried: int
    survivors: tuple[Survivor, ...]

    def document(self) -> dict[str, Any]:
        return {"tried": self.tried, "survivors": [one.document() for one in self.survivors]}


@dataclass(frozen=True)
class TrialReport:
    """``mutation`` is None where nothing was changed: nobody asked, or a test fails anyway."""

    version: str
    trials: tuple[TrialResult, ...]
    coverage: tuple[Coverage, ...]
    mutation: Mutation | None
    required: bool
    exit: Exit

    @property
    def failing(self) -> Sequence[TrialResult]:
        return [one for one in self.trials if one.faults]

    @property
    def lacking(self) -> Sequence[Coverage]:
        """The policies that lack tests, where every policy has to have some."""
        return [one for one in self.coverage if one.lacks] if self.required else []

    def document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "govern": self.version,
            "tests": [one.document() for one in self.trials],
            "policies": [one.document() for one in self.coverage],
            "mutation": self.mutation.document() if self.mutation else None,
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
