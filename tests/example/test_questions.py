"""Every question of Alibaba's billing page, answered by a command of the README or docs/faq.md.

The figures are worked out without govern, by a script of its own over the CSV (csv and Decimal).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from example import known_answers as known

ROOT = Path(__file__).parents[2]
COMPANY = ROOT / "examples" / "qinghe"
README = (ROOT / "README.md").read_text(encoding="utf-8")
FAQ = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")


def in_readme() -> list[str]:
    section = README.split("## Job 2: find out who spends what, and who still does")[1].split(
        "\n## "
    )[0]
    (block,) = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return block.splitlines()


def in_faq() -> list[str]:
    return [line.strip() for line in FAQ.splitlines() if line.startswith("    govern ")]


@cache
def asked(command: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command), "--as-of", "2026-10-05", "--format", "json"],
        cwd=COMPANY,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def rows(command: str) -> list[dict[str, Any]]:
    assert command in in_readme() or command in in_faq()
    found: list[dict[str, Any]] = asked(command)[1]["rows"]
    return found


@pytest.mark.parametrize("command", dict.fromkeys([*in_readme(), *in_faq()]))
def test_every_command_runs_and_its_rows_come_to_its_total(command: str) -> None:
    code, document = asked(command)
    assert code == (1 if "audit" in command else 0)
    if document["schema"] == "govern.cost/v1":
        assert document["totals"]


def test_what_one_model_cost() -> None:
    # 1511 lines in 12 instances.
    command = "govern cost --where service=inference --where model=qwen3.5-plus"
    assert [(row["billed_cost"], row["charges"]) for row in rows(command)] == [
        ("123.6091208", 1511)
    ]
    instances = rows(f"{command} --instances")
    assert len(instances) == 12
    assert instances[0]["instance_id"] == (
        "2000001;llm-p1chatbot;qwen3.5-plus;context_0-128k_output_token;app;0"
    )
    assert instances[0]["billed_cost"] == "59.5131216"
    assert instances[0]["charges"] == 300


def test_what_each_service_cost() -> None:
    found = {
        row["service"]: (row["charges"], row["billed_cost"])
        for row in rows("govern cost --by service")
    }
    assert found == known.BY_SERVICE
    assert asked("govern cost --by service")[1]["totals"][0]["billed_cost"] == known.BILLED


def test_the_trend_by_day() -> None:
    days: dict[str, list[str]] = {}
    for row in rows("govern cost --by service,day"):
        days.setdefault(row["day"], []).append(row["billed_cost"])
    assert len(days) == 30
    # 1 September has inference only; on the 30th a deployment's 20 CNY as well.
    assert days["2026-09-01"] == ["170.5579582"]
    assert "20" in days["2026-09-30"]


def test_tokens_per_input_and_output_type_with_cached_ones_apart() -> None:
    found = {
        row["meter"]: (row["charges"], row["billed_cost"], row["usage"][0]["quantity"])
        for row in rows("govern cost --by model,meter")
        if row["model"] == "qwen3.5-plus"
    }
    assert found == {
        # 21449555 tokens that were billed, and 3 × 1000 千tokens that free quota paid
        "input_token": (727, "17.159644", "24449555"),
        "output_token": (724, "106.327704", "22151605"),
        "input_token_cache": (60, "0.1217728", "761080"),
    }


def test_the_dearest_keys_and_the_rest_in_one_row() -> None:
    command = "govern cost --by workspace_id,api_key_id --where service=inference --top 5"
    found = rows(command)
    # With its correction of -12.5 the dearest key comes to 4456.5307408.
    assert (found[0]["api_key_id"], found[0]["billed_cost"]) == ("2000003", "4456.5307408")
    dearest = [(key, cost) for key, _, _, cost in known.TOP_KEYS[1:4]]
    assert [(row["api_key_id"], row["billed_cost"]) for row in found[1:4]] == dearest
    assert found[-1]["rest"] is True
    assert asked(command)[1]["totals"][0]["billed_cost"] == known.BY_SERVICE["inference"][1]


def test_two_months_compared() -> None:
    found = {
        row["model"]: row["compare"]
        for row in rows("govern cost bills/ later/*-20261104*.csv --by model --compare 2026-09")
    }
    assert found["qwen3.5-plus"]["before"] == "123.6091208"
    assert found["qwen3.5-plus"]["kind"] == "shrunk"
    # Speech was used in September only.
    assert found["qwen-audio-3.1-tts-flash"]["kind"] == "gone"


def test_which_keys_still_incur_charges() -> None:
    _, document = asked("govern audit --still-charging")
    # 31 of the 40 keys with usage were used on 30 September.
    assert sum(1 for key in document["keys"] if key["api_key_id"]) == 31
    assert {key["state"] for key in document["keys"]} == {"charging"}


def test_a_stop_that_was_none() -> None:
    _, document = asked("govern audit --stopped-at 2000017=2026-09-30T22:00+08:00")
    (key,) = [key for key in document["keys"] if key["api_key_id"] == "2000017"]
    assert key["state"] == "leaking"
    # Its last call, at 22:47, is two lines: input and output.
    assert key["charges_after"][0]["charges"] == 2
    assert key["last_charge"] == "2026-09-30T22:47:00+08:00"
