"""Whole processes, measured: CPU, wall and peak memory, taken in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of processor (of all its threads) and of the clock, and the
    most memory that it held, in MB."""

    cpu: float
    wall: float
    memory: float


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; one that ends with neither 0 nor 1 ends the benchmark."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in (0, 1):
        sys.exit(f"{' '.join(command)[:300]}: ended with {code}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def in_turn(
    commands: Mapping[str, Sequence[str]],
    runs: int,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Cost]:
    """The least of each figure over so many rounds, each of which runs every command once.

    Of processor time the least is the truest: whatever else the machine does only adds to it.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(run(command, environment))
    return {
        name: Cost(
            min(one.cpu for one in found),
            min(one.wall for one in found),
            min(one.memory for one in found),
        )
        for name, found in costs.items()
    }
