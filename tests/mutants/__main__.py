"""``make mutants``: change every module that decides, and print what its tests don't notice.

Each change meets the tests that are about its module. With ``--wider`` what survives them meets
those of all tests that run the changed line, which takes a run of the suite to learn.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb  # noqa: F401 - loaded once, for all trials
import hypothesis  # noqa: F401
import pytest  # noqa: F401
import yaml  # noqa: F401

from mutants.explained import EXPLAINED
from mutants.spots import Spot, spots
from mutants.touching import learn
from mutants.trial import survives

_COUNTING = ("ledger/test_overlap", "ledger/test_overlap_of_layouts", "ledger/test_counted_once")

#: The modules that decide, and the tests that are about each.
MODULES: dict[str, tuple[str, ...]] = {
    "model/clock": ("model/test_clock",),
    "model/money": ("model/test_money",),
    "model/instance_id": ("bill/test_instance_id",),
    "policy/limits": ("policy/test_limits", "policy/test_policies"),
    "ledger/clauses": ("ledger/test_clauses",),
    "ledger/query": ("ledger/test_query", "ledger/test_clauses"),
    "ledger/overlap": (*_COUNTING, "ledger/test_kept"),
    "ledger/shared_keys": ("ledger/test_same_rows", *_COUNTING, "ledger/test_row_keys"),
    "ledger/same_rows": ("ledger/test_same_rows", *_COUNTING, "ledger/test_row_keys"),
    "ledger/clashes": _COUNTING,
    "ledger/counted_once": _COUNTING,
    "judge/bill/horizon": ("judge/bill/test_horizon",),
    "judge/bill/payers": ("judge/bill/test_payers",),
    "judge/bill/matching": ("judge/check/test_rule", "judge/check/test_partial_view"),
    "judge/check/asked": ("judge/check/test_rule", "judge/check/test_what_nothing_tells"),
    "judge/check/rule": ("judge/check/test_rule", "judge/check/test_what_nothing_tells"),
    "judge/check/undecided": ("judge/check/test_rule", "judge/check/test_what_nothing_tells"),
    "judge/check/unknown": (
        "judge/check/test_unknown",
        "judge/check/test_what_nothing_tells",
        "ledger/test_kept",
    ),
    "judge/check/waiving": ("judge/check/test_waiving",),
    "judge/audit/silence": ("judge/audit/test_silence", "judge/audit/test_states"),
    "shutdown/plan/order": ("shutdown/plan/test_order",),
    "shutdown/proof/stops": ("shutdown/proof/test_stops", "shutdown/proof/test_verify"),
    "shutdown/proof/verify": ("shutdown/proof/test_stops", "shutdown/proof/test_verify"),
    "shutdown/proof/evidence": ("shutdown/proof/test_evidence", "shutdown/proof/test_verify"),
    "shutdown/proof/final": ("shutdown/proof/test_final",),
    "shutdown/proof/closing": ("shutdown/proof/test_closing",),
    "shutdown/proof/renewal": ("shutdown/proof/test_renewals",),
    "shutdown/proof/word": ("shutdown/proof/test_word",),
    "shutdown/proof/users": ("shutdown/proof/test_users",),
}

#: Of the tests that run a line, what survives meets so many, some of every file.
WIDER = 120


@dataclass(frozen=True)
class Mutant:
    path: Path
    spot: Spot
    tests: tuple[str, ...]

    @property
    def module(self) -> str:
        return str(self.path.relative_to("src/govern").with_suffix(""))

    @property
    def line(self) -> str:
        return self.path.read_text().splitlines()[self.spot.line - 1].strip()


def main() -> None:
    words = sys.argv[1:]
    only = [word for word in words if not word.startswith("--")]
    tried = _mutants(only or list(MODULES))
    _unchanged_survives(tried)
    with ProcessPoolExecutor() as pool:
        survivors = _survivors(pool, tried)
        if "--wider" in words:
            survivors = _survivors(pool, _meeting_more(survivors))
    for one in survivors:
        why = EXPLAINED.get((one.module, one.line, one.spot.new), "")
        print(f"survived {one.path}:{one.spot}  [{one.line}] {why}", flush=True)
    _summary(tried, survivors)


def _mutants(modules: Sequence[str]) -> list[Mutant]:
    made = []
    for module in modules:
        path = Path("src/govern") / f"{module}.py"
        tests = tuple(f"tests/{name}.py" for name in MODULES[module])
        made += [Mutant(path, spot, tests) for spot in spots(path.read_text())]
    return made


def _unchanged_survives(tried: Sequence[Mutant]) -> None:
    """Tests that fail by themselves would kill every mutant, and say nothing."""
    for one in {one.path: one for one in tried}.values():
        if not survives(one.path, one.path.read_text(), one.tests):
            sys.exit(f"the tests of {one.path} fail without any change: {' '.join(one.tests)}")


def _survivors(pool: ProcessPoolExecutor, tried: Sequence[Mutant]) -> list[Mutant]:
    survivors = []
    for number, (one, lives) in enumerate(zip(tried, pool.map(_lives, tried), strict=True), 1):
        if lives:
            survivors.append(one)
            print(f"survived {one.path}:{one.spot}", file=sys.stderr, flush=True)
        if number % 50 == 0:
            print(f"{number} of {len(tried)}", file=sys.stderr, flush=True)
    return survivors


def _lives(one: Mutant) -> bool:
    changed = one.spot.applied(one.path.read_text())
    return not one.tests or survives(one.path, changed, one.tests)


def _meeting_more(survivors: Sequence[Mutant]) -> list[Mutant]:
    """The same with the tests that run their statement, the quickest of each file first; of one
    that only an import runs, with those of its module."""
    folder = Path(".mutants")
    folder.mkdir(exist_ok=True)
    seconds, lines = learn(folder)
    more = []
    for one in survivors:
        by_line = lines.get(str(one.path), {})
        tests = {test for line in one.spot.statement for test in by_line.get(line, ())}
        tests = tests or {test for each in by_line.values() for test in each}
        quickest = sorted(tests, key=lambda test: (seconds[test], test))
        more.append(replace(one, tests=tuple(_of_every_file(quickest)[:WIDER])))
    return more


def _of_every_file(tests: Sequence[str]) -> list[str]:
    """In turn one of each file of tests, the quickest first."""
    turns: dict[str, int] = {}
    keyed = []
    for at, test in enumerate(tests):
        file = test.split("::")[0]
        turns[file] = turns.get(file, 0) + 1
        keyed.append((turns[file], at, test))
    return [test for _, _, test in sorted(keyed)]


def _summary(tried: Sequence[Mutant], survivors: Sequence[Mutant]) -> None:
    print(f"{'module':<24} {'mutants':>8} {'killed':>8}")
    for path in dict.fromkeys(one.path for one in tried):
        all_of = sum(1 for one in tried if one.path == path)
        alive = sum(1 for one in survivors if one.path == path)
        print(f"{'/'.join(path.with_suffix('').parts[2:]):<24} {all_of:>8} {all_of - alive:>8}")
    killed = len(tried) - len(survivors)
    share = 100 * killed / len(tried) if tried else 0
    print(f"{'all':<24} {len(tried):>8} {killed:>8}  {share:.1f} %")
    sys.exit(share < 90)


if __name__ == "__main__":
    main()
