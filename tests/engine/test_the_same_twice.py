"""Order, evidence and fingerprints are the same whatever the threads, files and hash seeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bills import HEADER, row
from seeds import some

from govern.judge.audit.audit import audit
from govern.judge.audit.question import Question
from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.clock import parse_moment
from govern.policy.policies import load_policies

AS_OF = datetime(2026, 12, 1)

POLICIES = """
version: 1
policies:
  - {id: per-key, title: Keys, per: api_key, limit: {billed_cost: 1 CNY}}
  - {id: per-model-and-day, title: Models, per: [workspace_id, model], every: day, forbid: charges}
  - {id: per-channel, title: Channels, per: channel, every: week, limit: {charges: 10}}
"""

_TIED = row(**{"账单日期": "DAY", "资产/资源实例ID": "INSTANCE", "应付金额": "COST"})


def tied(path: Path, first: int, rows: int) -> Path:
    """Many groups that begin in the same minute and cost the same: only a tie-break orders them."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for number in range(first, first + rows):
            key, model, meter = number % 40, number // 40 % 250, number // 10_000 % 30
            instance = f"{key};llm-{key % 4};qwen-{model};meter_{meter}_token;app;0"
            line = _TIED.replace("INSTANCE", instance).replace("COST", str(number % 2))
            file.write(line.replace("DAY", f"2026-09-0{number % 2 + 1}") + "\n")
    return path


def told(paths: Sequence[Path], policies: Path) -> str:
    with read([str(path) for path in paths], Reading()) as ledger:
        checked = check(ledger, load_policies([str(policies)]), Terms(as_of=AS_OF)).document()
        stops = tuple(
            (f"llm-{key % 4}/{key}", parse_moment("2026-09-01T12:00:00+08:00"))
            for key in range(0, 40, 3)
        )
        audited = audit(ledger, Question(as_of=AS_OF, stopped_at=stops)).document()
    return json.dumps([checked, audited], ensure_ascii=False)


def with_threads(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    connect = duckdb.connect

    def limited(*words: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*words, **named)
        connection.execute(f"SET threads = {count}")
        return connection

    monkeypatch.setattr(duckdb, "connect", limited)


@pytest.mark.parametrize("each", some(1, 4_000, 20_000, 100_000))
def test_many_rows_are_told_alike_with_any_threads_and_order_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each: int
) -> None:
    policies = tmp_path / "policies.yaml"
    policies.write_text(POLICIES, encoding="utf-8")
    files = [tied(tmp_path / f"{at}.csv", at * each, each) for at in range(3)]
    found = set()
    for threads, words in ((1, files), (4, files[::-1])):
        with monkeypatch.context() as patch:
            with_threads(patch, threads)
            found.add(told(words, policies))
    assert len(found) == 1
    (checked, audited) = json.loads(found.pop())
    assert checked["bill"]["charges"] == 3 * each
    prints = [finding["fingerprint"] for finding in checked["findings"]]
    assert len(prints) == len(set(prints)) > 40
    assert all(len(key["evidence"]) == 3 for key in audited["keys"])


@pytest.mark.parametrize(
    "command", some(1, "check", "audit", "cost --by model,channel", "bill inspect")
)
def test_the_hash_seed_of_python_changes_no_byte(tmp_path: Path, command: str) -> None:
    (tmp_path / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    tied(tmp_path / "a.csv", 0, 500)
    tied(tmp_path / "b.csv", 500, 500)
    words = [*command.split(), "a.csv", "b.csv", "--as-of", "2026-12-01", "--format", "json"]
    found = {
        subprocess.run(
            [sys.executable, "-m", "govern", *words],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert json.loads(found.pop())["bill"]["charges"] == 1000
