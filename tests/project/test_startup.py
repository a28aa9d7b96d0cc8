"""Start-up is a feature: help and version load no engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("duckdb", "yaml", "tabulate", "requests", "keyring", "pyarrow", "numpy", "rich")


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["check", "--help"],
        ["check", "-h"],
        ["bill", "--help"],
        ["auth", "--help"],
        ["collect", "inventory", "--help"],
        ["apply", "--help"],
    ],
)
def test_help_and_version_load_no_engine(words: list[str]) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['govern', *{words!r}]\n"
        "from govern.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


def test_what_stays_offline_loads_nothing_that_goes_online() -> None:
    bill = Path(__file__).parents[2] / "examples" / "qinghe"
    script = (
        "import sys\n"
        "sys.argv = ['govern', 'check', '--as-of', '2026-10-05']\n"
        "from govern.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 1, end.code\n"
        "loaded = [name for name in ('requests', 'urllib3', 'keyring') if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL, cwd=bill)
