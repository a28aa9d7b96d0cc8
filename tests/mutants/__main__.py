"""``make mutants``: change every module that decides, and print what no test notices."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb  # noqa: F401 - loaded once, for all trials
import hypothesis  # noqa: F401
import pytest  # noqa: F401
import yaml  # noqa: F401

from mutants.explained import EXPLAINED
from mutants.spots import Spot, spots
from mutants.touching import learn
from mutants.trial import survives

#: The modules that decide.
MODULES = (
    "judge/bill/horizon", "judge/bill/payers", "judge/bill/matching",
    "judge/check/asked", "judge/check/rule", "judge/check/undecided", "judge/check/unknown",
    "judge/check/waiving", "judge/audit/silence", "shutdown/plan/order",
    "shutdown/proof/verify", "shutdown/proof/evidence", "shutdown/proof/final",
    "shutdown/proof/renewal", "shutdown/proof/word", "shutdown/proof/closing",
    "shutdown/proof/users", "shutdown/proof/case", "shutdown/proof/stops",
    "model/instance_id", "model/money", "model/clock",
    "ledger/clauses", "ledger/query", "ledger/overlap", "ledger/same_rows", "ledger/clashes",
    "ledger/counted_once", "ledger/shared_keys",
    "policy/limits",
)  # fmt: skip

#: The tests of the module's own file, and so many more of the line's quickest, are tried first;
#: what survives them meets so many more, some of every file of tests.
FIRST, MORE = 20, 120


@dataclass(frozen=True)
class Mutant:
    path: Path
    spot: Spot
    first: tuple[str, ...]
    more: tuple[str, ...]

    @property
    def module(self) -> str:
        return str(self.path.relative_to("src/govern").with_suffix(""))

    @property
    def line(self) -> str:
        return self.path.read_text().splitlines()[self.spot.line - 1].strip()


def mutants(only: list[str], every: int) -> list[Mutant]:
    folder = Path(".mutants")
    folder.mkdir(exist_ok=True)
    seconds, lines = learn(folder)
    found = []
    for module in MODULES:
        if only and module not in only:
            continue
        path = Path("src/govern") / f"{module}.py"
        by_line = lines.get(str(path), {})
        for spot in spots(path.read_text())[::every]:
            tests = _tests_of(spot.statement, by_line)
            quickest = sorted(tests, key=lambda test: (seconds[test], test))
            # A test that only reads a constant runs none of the module's lines.
            own = sorted(test for test in seconds if _is_of(test, path.stem))
            first = [*own, *[test for test in quickest if test not in own][:FIRST]]
            more = _of_every_file([test for test in quickest if test not in first])[:MORE]
            found.append(Mutant(path, spot, tuple(first), tuple(more)))
    return found


def _is_of(test: str, module: str) -> bool:
    return test.split("::")[0].endswith(f"/test_{module}.py")


def _of_every_file(tests: list[str]) -> list[str]:
    """In turn one of each file of tests, the quickest first."""
    turns: dict[str, int] = {}
    keyed = []
    for at, test in enumerate(tests):
        file = test.split("::")[0]
        turns[file] = turns.get(file, 0) + 1
        keyed.append((turns[file], at, test))
    return [test for _, _, test in sorted(keyed)]


def _tests_of(statement: range, by_line: dict[int, list[str]]) -> set[str]:
    """The tests that run the statement; of one that only an import runs, all of its module."""
    own = {test for line in statement for test in by_line.get(line, ())}
    return own or {test for tests in by_line.values() for test in tests}


def main() -> None:
    words = sys.argv[1:]
    every = int(next((word[8:] for word in words if word.startswith("--every=")), "1"))
    tried = mutants([word for word in words if not word.startswith("--")], every)

    _unchanged_survives(tried)
    survivors: list[Mutant] = []
    with ProcessPoolExecutor() as pool:
        for number, (one, lives) in enumerate(zip(tried, pool.map(_alive, tried), strict=True), 1):
            if lives:
                survivors.append(one)
                why = EXPLAINED.get((one.module, one.line, one.spot.new), "")
                print(f"survived {one.path}:{one.spot}  [{one.line}] {why}", flush=True)
            if number % 50 == 0:
                print(f"{number} of {len(tried)}", file=sys.stderr, flush=True)
    _summary(tried, survivors)


def _unchanged_survives(tried: list[Mutant]) -> None:
    """Tests that fail by themselves would kill every mutant, and say nothing."""
    for one in {one.path: one for one in tried}.values():
        if not survives(one.path, one.path.read_text(), one.first):
            sys.exit(f"the tests of {one.path} fail without any change: {' '.join(one.first)}")


def _alive(one: Mutant) -> bool:
    changed = one.spot.applied(one.path.read_text())
    return all(not tests or survives(one.path, changed, tests) for tests in (one.first, one.more))


def _summary(tried: list[Mutant], survivors: list[Mutant]) -> None:
    print(f"{'module':<24} {'mutants':>8} {'killed':>8}")
    for path in dict.fromkeys(one.path for one in tried):
        all_of = sum(1 for one in tried if one.path == path)
        alive = sum(1 for one in survivors if one.path == path)
        print(f"{'/'.join(path.parts[2:]):<24} {all_of:>8} {all_of - alive:>8}")
    killed = len(tried) - len(survivors)
    share = 100 * killed / len(tried) if tried else 0
    print(f"{'all':<24} {len(tried):>8} {killed:>8}  {share:.1f} %")
    sys.exit(share < 90)


if __name__ == "__main__":
    main()
