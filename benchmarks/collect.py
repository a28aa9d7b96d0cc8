"""How long collecting takes, against the stand-in account of the tests.

    python benchmarks/collect.py [ROWS]

45 API keys in six regions, and a month of ROWS (100000) bill rows, collected by the command line in
a process of its own. The share of waiting is what of the run's time wasn't spent computing: the
rate limit of the bills, and the stand-in's answers.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

#: The last month that is over: its bill has all its days.
MONTH = f"{datetime.now(UTC).replace(day=1) - timedelta(days=1):%Y-%m}"


def serve(rows: int, told: Connection) -> None:
    from standin.server import StandIn, running
    from standin.state import REGIONS

    with running(StandIn()) as standin:
        account = standin.account
        for number in range(45):
            region = REGIONS[number % len(REGIONS)]
            if number < 12:
                account.workspace(f"llm-{number:02}", region)
            account.key(2_000_000 + number, f"llm-{number % 12:02}")
        start = datetime.fromisoformat(f"{MONTH}-01")
        days = ((start + timedelta(days=32)).replace(day=1) - start).days
        for number in range(rows):
            account.charge(
                f"{MONTH}-{number % days + 1:02}",
                f"0.{number % 1000:03}",
                InstanceID=f"{2_000_000 + number % 45};llm-00;qwen-max;output_token;app;0",
            )
        # The service's own overview is one line a product, not one a charge.
        thousandths = sum(number % 1000 for number in range(rows))
        (item, *_) = account.overview[MONTH]
        total = type(item["PretaxAmount"])(f"{thousandths // 1000}.{thousandths % 1000:03}")
        account.overview[MONTH] = [{**item, "PretaxAmount": total}]
        told.send(standin.environment())
        told.recv()
        told.send(len(standin.calls))


def timed(environment: dict[str, str], *words: str) -> None:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "govern", *words, "-q"],
        env={**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    waiting = max(0.0, 1 - busy / wall)
    print(
        f"{' '.join(words[:2])}: {wall:.1f} s, {waiting:.0%} of it waiting, "
        f"{after.ru_maxrss / 1024:.0f} MB, exit {ran.returncode}"
    )


def main(rows: int) -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(rows, theirs))
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **ours.recv(),
            "HOME": folder,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        # Without jobs, which would need an API key of each workspace.
        lists = ("--only", "api_keys,workspaces,plans")
        timed(environment, "collect", "inventory", "-o", f"{folder}/inventory.json", *lists)
        timed(environment, "collect", "bills", "--month", MONTH, "-o", f"{folder}/bills")
        files = [one.stat().st_size for one in Path(folder, "bills").glob("*.csv")]
        print(f"{rows} rows in {len(files)} files, {sum(files) / 1e6:.1f} MB")
    ours.send("enough")
    print(f"{ours.recv()} calls")
    server.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
