"""Which tests run which line of which module, and how long each takes: one run of the suite."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Tests that decide something; formats, docs and packaging are left out.
TESTS = (
    "tests/judge", "tests/shutdown/plan", "tests/shutdown/proof", "tests/ledger", "tests/bill",
    "tests/policy", "tests/model", "tests/test_agreement.py", "tests/worlds",
)  # fmt: skip


class Recorder:
    """A pytest plugin: lines are recorded under the id of the test that runs."""

    def __init__(self, coverage: object) -> None:
        self._coverage = coverage
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)  # type: ignore[attr-defined]
        yield
        self._coverage.switch_context("")  # type: ignore[attr-defined]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = report.duration


def record(target: Path, tests: list[str]) -> None:
    """Run these tests and write what they touch. A process of its own: govern isn't loaded yet."""
    import coverage

    traced = coverage.Coverage(source=["src/govern"], data_file=None)
    traced.start()
    recorder = Recorder(traced)
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests], plugins=[recorder])
    traced.stop()
    data = traced.get_data()
    lines = {
        str(Path(file).relative_to(Path.cwd())): {
            str(line): [test for test in tests if test in recorder.seconds]
            for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    target.write_text(json.dumps({"seconds": recorder.seconds, "lines": lines}))


def learn(folder: Path) -> tuple[dict[str, float], dict[str, dict[int, list[str]]]]:
    """Seconds by test, and tests by file and line; measured in two processes, and kept."""
    halves = (TESTS[::2], TESTS[1::2])
    parts = [folder / f"touching-{number}.json" for number in range(len(halves))]
    running = [
        subprocess.Popen([sys.executable, "-m", "mutants.touching", str(part), *tests])
        for part, tests in zip(parts, halves, strict=True)
        if not part.exists()
    ]
    for process in running:
        process.wait()
    seconds: dict[str, float] = {}
    lines: dict[str, dict[int, list[str]]] = {}
    for part in parts:
        told = json.loads(part.read_text())
        seconds |= told["seconds"]
        for file, by_line in told["lines"].items():
            for line, tests in by_line.items():
                lines.setdefault(file, {}).setdefault(int(line), []).extend(tests)
    return seconds, lines


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[2:])
