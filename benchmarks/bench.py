"""What govern costs beside what people would write by hand: whole processes, in turn, in one run.

    python benchmarks/bench.py [--rows N] [--runs N] [--peers PYTHON] [--only WORD]

``--peers``: a Python that has duckdb, polars and pandas; govern runs in this one. ``--only`` runs
the parts whose name begins so. What it prints is Markdown; docs/performance.md shows nothing else.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from measure import Cost, in_turn  # noqa: E402

#: More rows than these a data frame of texts takes too much memory for.
PANDAS_ROWS = 1_000_000

PERIODS = ("month", "total")
PERS = ("api_key", "workspace", "model", "channel", "region", "account", "bill")
WHERES = (
    "{service: inference}",
    "{channel: app}",
    "{model: {not: [qwen3.1*]}}",
    "{charge_category: usage}",
)
LIMITS = ("billed_cost: {} CNY", "usage: {} tokens", "list_cost: {} CNY")


def policies(count: int, path: Path) -> Path:
    """So many different policies that find nothing."""
    lines = ["version: 1", "policies:"]
    for at in range(count):
        limit = LIMITS[at % 3].format(90_000_000_000_000 - at)
        lines.append(
            f"  - {{id: p{at}, title: Policy {at}, per: {PERS[at % 7]}, every: {PERIODS[at % 2]}, "
            f"where: {WHERES[at % 4]}, limit: {{{limit}}}}}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Bench:
    def __init__(self, rows: int, runs: int, peers: str, folder: Path) -> None:
        self.rows, self.runs, self.peers, self.folder = rows, runs, peers, folder
        self.twenty = policies(20, folder / "twenty.yaml")

    def bill(self, layout: str, rows: int, groups: int, files: int = 1) -> Path:
        path = self.folder / f"{layout}-{rows}-{groups}-{files}{'.csv' if files == 1 else ''}"
        if not path.exists():
            made = [layout, str(rows), str(groups), str(path), str(files)]
            self.python(str(HERE / "make_bill.py"), *made)
        return path

    def python(self, *words: str) -> None:
        """In a process of its own: a child's peak memory begins with what this one holds."""
        subprocess.run([self.peers, *words], check=True)

    def govern(self, verb: str, bill: Path, *more: str) -> list[str]:
        words = ["--no-config", "--as-of", "2026-10-05", "--format", "json", "--no-cache"]
        return [sys.executable, "-m", "govern", verb, str(bill), *words, *more]

    def check(self, bill: Path, rules: Path | None = None) -> list[str]:
        return self.govern("check", bill, "-p", str(rules or self.twenty))

    def peer(self, name: str, bill: Path, layout: str) -> list[str]:
        return [self.peers, str(HERE / "peers" / f"{name}.py"), str(bill), layout]

    def show(
        self, title: str, commands: Mapping[str, Sequence[str]], against: str | None = None
    ) -> dict[str, Cost]:
        print(f"\n**{title}**\n", flush=True)
        print(f"| | CPU s | wall s | memory MB |{' CPU ÷ ' + against + ' |' if against else ''}")
        print(f"|---|---|---|---|{'---|' if against else ''}", flush=True)
        costs = in_turn(commands, self.runs)
        for name, cost in costs.items():
            ratio = f" {cost.cpu / costs[against].cpu:.2f} |" if against else ""
            print(f"| {name} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.memory:.0f} |{ratio}")
        sys.stdout.flush()
        return costs

    def cold(self) -> None:
        few, many = self.rows // 10, self.rows
        for layout, groups in (("classic", few), ("tagged", many), ("v2", few)):
            groups = min(groups, 1_000_000 if groups == many else 100_000)
            bill = self.bill(layout, self.rows, groups)
            commands = {
                "bare scan": self.peer("duckdb_scan", bill, layout),
                "hand-written, DuckDB": self.peer("duckdb_reduce", bill, layout),
                "hand-written, Polars": self.peer("polars_reduce", bill, layout),
                "govern check": self.check(bill),
                "govern cost": self.govern("cost", bill, "--by", "model"),
                "govern audit": self.govern("audit", bill),
            }
            if self.rows <= PANDAS_ROWS:
                commands["script, pandas"] = self.peer("pandas_script", bill, layout)
            size = os.path.getsize(bill) / 1e6
            title = f"{layout}: {self.rows:,} rows, {groups:,} groups, {size:,.0f} MB"
            self.show(title, commands, "hand-written, DuckDB")

    def growth(self) -> None:
        rows = self.rows
        bills = {
            f"{rows // 10:,} rows, {rows // 100:,} groups": ("classic", rows // 10, rows // 100),
            f"{rows:,} rows, {rows // 100:,} groups": ("classic", rows, rows // 100),
            f"{rows:,} rows, {rows // 2:,} groups": ("classic", rows, rows // 2),
        }
        made = {name: self.check(self.bill(*words)) for name, words in bills.items()}
        bill = self.bill("classic", rows, rows // 100)
        made |= {
            f"{rows:,} rows, {count:,} policies": self.check(
                bill, policies(count, self.folder / f"{count}.yaml")
            )
            for count in (100, 1000)
        }
        self.show("check, as the bill and the policies grow", made)

    def kinds(self) -> None:
        rows, files = self.rows, min(1000, max(10, self.rows // 1000))
        one = self.bill("classic", rows, rows // 10)
        many = self.bill("classic", rows, rows // 10, files)
        packed, parquet = self.folder / "bill.csv.gz", self.folder / "bill.parquet"
        with open(one, "rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        copy = f"COPY (FROM read_csv('{one}', all_varchar = true)) TO '{parquet}'"
        self.python("-c", f"import duckdb; duckdb.sql({copy!r})")
        commands = {
            "one file": self.check(one),
            f"{files:,} daily files of three accounts": self.check(many),
            "one file, gz": self.check(packed),
            "one file, Parquet": self.check(parquet),
        }
        self.show(f"check, {rows:,} rows as", commands, "one file")

    def start(self) -> None:
        bill = self.bill("classic", 10_000, 1_000)
        python = sys.executable
        self.show(
            "start-up",
            {
                "python -c 'import duckdb'": [python, "-c", "import duckdb"],
                "check, 10,000 rows, 20 policies": self.check(bill),
                "python -c 'import typer'": [python, "-c", "import typer"],
                "govern --version": [python, "-m", "govern", "--version"],
                "govern --help": [python, "-m", "govern", "--help"],
            },
        )

    def parts(self) -> Iterator[Callable[[], None]]:
        yield from (self.start, self.cold, self.growth, self.kinds)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    words.add_argument("--rows", type=int, default=100_000, help="rows of the bills")
    words.add_argument("--runs", type=int, default=3, help="rounds; the least of each is printed")
    words.add_argument("--peers", default=sys.executable, help="a Python with polars and pandas")
    words.add_argument("--only", default="", help="only the parts whose name begins so")
    given = words.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{date.today()}, {given.rows:,} rows, the least of {given.runs} rounds in turn; "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}, {os.cpu_count()} cores, "
        f"load at the start {load:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.rows, given.runs, given.peers, Path(folder))
        for part in bench.parts():
            if part.__name__.startswith(given.only):
                part()


if __name__ == "__main__":
    main()
