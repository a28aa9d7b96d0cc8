"""``python -m worlds 750 200``: so many worlds, and retirements through the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from worlds import by_command, retire
from worlds.retire import Figures


def main() -> None:
    worlds, commands = (int(word) for word in (sys.argv[1:] + ["750", "200"][len(sys.argv) - 1 :]))
    with ProcessPoolExecutor() as pool:
        wrong = _shown("through verify's own functions", _all(pool, retire.run, worlds))
        wrong += _shown("through the command line", _all(pool, by_command.run, commands))
    sys.exit(1 if wrong else 0)


def _all(pool: ProcessPoolExecutor, run: Callable[[int], Figures], count: int) -> Figures:
    total = Figures()
    for done, figures in enumerate(pool.map(run, range(count), chunksize=4), 1):
        total.add(figures)
        for one in figures.wrong:
            print(f"WRONG {one}", file=sys.stderr, flush=True)
        if done % 100 == 0:
            print(f"{done} of {count}, {len(total.wrong)} wrong", file=sys.stderr, flush=True)
    return total


def _shown(how: str, total: Figures) -> int:
    steps = sum(total.steps.values())
    proofs = sum(times for what, times in total.steps.items() if what.endswith("proved bill"))
    print(
        f"{how}: {total.worlds} worlds, {total.checklists} checklists, {total.retirements} "
        f"retirements, {steps} steps judged, {proofs} proved by bills, "
        f"{len(total.wrong)} contradicted by the world"
    )
    for code, times in sorted(total.exits.items()):
        print(f"  exit {code}: {times}")
    for what, times in sorted(total.steps.items()):
        print(f"  {what}: {times}")
    for one in total.wrong[:60]:
        print(f"  WRONG {one}")
    return len(total.wrong)


if __name__ == "__main__":
    main()
