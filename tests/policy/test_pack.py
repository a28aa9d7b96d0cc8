"""Every ready policy does what its test says, and its test notices every change to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commandline import govern
from seeds import some

from govern.model.errors import GovernError
from govern.model.measure import MEASURES
from govern.model.words import (
    CHARGE_CATEGORIES,
    PERIODS,
    SERVICES,
    SEVERITIES,
    STOPS,
    SUBJECTS,
    UNITS,
    WHERE_COLUMNS,
)
from govern.policy.policies import load_policies

FOLDER = Path(__file__).parents[2] / "policies"
TESTS = sorted(FOLDER.glob("*.test.yaml"))
FILES = sorted(set(FOLDER.glob("*.yaml")) - set(TESTS))


def report_of(*more: str) -> dict[str, Any]:
    done = govern(FOLDER.parent, "policy", "test", "policies", "--format", "json", *more)
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, report["exit"]["cause"]) == (0, "clean")
    return report


def test_every_ready_policy_fires_is_silent_and_stands_at_its_limit_in_a_test() -> None:
    report = report_of("--require-tests")
    assert len(report["tests"]) == sum(text.count("  - name: ") for text in map(read, TESTS))
    assert [policy["id"] for policy in report["policies"] if policy["at_limit"] == 0] == []


def test_no_change_to_the_policies_of_spend_goes_unnoticed() -> None:
    spend = [f"policies/{path.name}" for path in FILES if path.name.startswith("spend")]
    done = govern(FOLDER.parent, "policy", "test", *spend, "--mutate", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["mutation"]["survivors"]) == (0, [])


@pytest.mark.slow
def test_no_change_to_any_ready_policy_goes_unnoticed() -> None:
    told = report_of("--mutate")
    assert told["mutation"]["survivors"] == []
    # A change for each of at least four other subjects, three other periods, and each selector.
    assert told["mutation"]["tried"] > 15 * len(FILES)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_ready_policy_begins_with_what_it_is_for() -> None:
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# ") and lines[0].endswith((".", "."))
        assert lines[1].startswith("# Why: "), path.name


KEYS = (
    "version policies id title description severity owner enabled per where every from before "
    "limit limit_for forbid stop not"
).split()
WORDS = {
    *SERVICES, *CHARGE_CATEGORIES, *MEASURES, *PERIODS, *SEVERITIES, *STOPS, *SUBJECTS, *UNITS,
    *WHERE_COLUMNS, "CNY",
}  # fmt: skip


def edits(word: str) -> set[str]:
    letters = "aez_-0X"
    near = {word[:at] + word[at + 1 :] for at in range(len(word))}
    near |= {word[:at] + c + word[at + 1 :] for at in range(len(word)) for c in letters}
    near |= {word[:at] + c + word[at:] for at in range(len(word) + 1) for c in letters}
    near |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return near - {word}


@pytest.mark.parametrize("path", some(2, *FILES, ids=[path.stem for path in FILES]))
def test_every_one_letter_edit_of_a_word_is_refused_or_means_the_same(
    tmp_path: Path, path: Path
) -> None:
    import re

    text = path.read_text(encoding="utf-8")
    body = "\n".join(line.split("  # ")[0] for line in text.splitlines() if line[:1] != "#") + "\n"
    target = tmp_path / "p.yaml"
    target.write_text(body, encoding="utf-8")
    meant = load_policies([str(target)])
    for found in re.finditer(r"[a-z_]+|CNY", body):
        word = found[0]
        line = body[body.rfind("\n", 0, found.start()) + 1 : found.start()]
        if word not in {*KEYS, *WORDS} or "title:" in line or "- id:" in line:
            continue
        for edited in sorted(edits(word))[:: 1 if len(word) < 5 else 3]:
            target.write_text(body[: found.start()] + edited + body[found.end() :], "utf-8")
            try:
                got = load_policies([str(target)])
            except GovernError as error:
                if error.cause != "usage":
                    raise
            else:
                assert got == meant, f"{word} -> {edited} in {line!r}"
