"""`govern check` against a bare scan of the same file: whole processes, in turn, in one run.

    python benchmarks/check_against_scan.py [ROWS] [RUNS]

The peer is what nobody can beat with this engine: count() over the columns that govern needs,
every column as text. The claim is a ratio of medians of at most 3 (docs/architecture.md).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make_bill  # noqa: E402

NEEDED = (0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 19, 23, 25, 26, 30, 34, 36)

SCAN = """
import duckdb, sys
columns = ", ".join(f"'c{{at}}': 'VARCHAR'" for at in range({width}))
counts = ", ".join(f"count(c{{at}})" for at in {needed})
print(duckdb.connect().execute(
    f"SELECT {{counts}} FROM read_csv(?, auto_detect = false, header = false, skip = 1, "
    f"delim = ',', quote = '\\"', escape = '\\"', columns = {{{{{{columns}}}}}})", [sys.argv[1]]
).fetchall())
"""

POLICIES = """
version: 1
policies:
  - {id: spend, title: Spend per key, per: api_key, limit: {billed_cost: 20000 CNY}}
  - {id: playground, title: No Playground, per: workspace, where: {channel: bmp}, forbid: charges}
  - id: models
    title: Allowed models
    per: model
    where: {model: {not: [qwen3.1*]}}
    limit: {billed_cost: 300000 CNY}
"""


def main(rows: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bill = os.path.join(folder, "bill.csv")
        make_bill.main(rows, bill)
        policies = Path(folder, "policies.yaml")
        policies.write_text(POLICIES)
        scan = SCAN.format(width=make_bill.HEADER.count(",") + 1, needed=NEEDED)
        commands = {
            "bare scan": [sys.executable, "-c", scan, bill],
            "govern check": [
                sys.executable, "-m", "govern", "check", bill, "-p", str(policies),
                "--no-config", "--as-of", "2026-10-05", "--format", "json",
            ],
        }  # fmt: skip
        walls: dict[str, list[float]] = {name: [] for name in commands}
        for run in range(runs + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
                if done.returncode not in (0, 1):
                    sys.exit(f"{name} ended with {done.returncode}")
                if run:  # the first is a warm-up
                    walls[name].append(time.perf_counter() - start)
        size = os.path.getsize(bill) / 1e6
        print(f"{rows} rows, {size:.0f} MB, {runs} runs each, in turn")
        for name, seconds in walls.items():
            median = statistics.median(seconds)
            print(
                f"{name:14} median {median:.2f} s (min {min(seconds):.2f}, max {max(seconds):.2f})"
            )
        ratios = [b / a for a, b in zip(walls["bare scan"], walls["govern check"], strict=True)]
        print(f"ratio          median {statistics.median(ratios):.2f} (pair by pair)")


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["1000000", "7"][len(sys.argv) - 1 :])))
