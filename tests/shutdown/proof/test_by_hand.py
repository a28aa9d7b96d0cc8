"""A checklist in which people changed what is govern's is refused; what is theirs is free."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bills import bill, row
from commandline import govern

from govern.model import seal
from govern.model.errors import GovernError
from govern.policy.checklist import load_checklist
from govern.shutdown.plan.steps import KINDS

KEY = "disable_key.llm-a.12345"

INVENTORY = """\
schema: govern.inventory/v1
collected_at: 2026-09-20
account_id: "100"
complete: true
training_jobs:
  - {id: ft-1, workspace_id: llm-a, region_id: cn-beijing, status: RUNNING}
plans:
  - {kind: coding_plan, id: cp-1, expires_at: 2026-11-03, auto_renewal: renews}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("made")
    bill(folder, row(), row(**{"资产/资源实例ID": "8;llm-a;qwen-max;output_token;bmp;0"}))
    (folder / "i.yaml").write_text(INVENTORY)
    words = ["bill.csv", "--retire", "all", "--inventory", "i.yaml", "-o", "c.yaml"]
    done = govern(folder, "checklist", *words, "--as-of", "2026-10-05", "-q")
    assert done.returncode == 0, done.stderr
    return (folder / "c.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, made: str) -> Path:
    bill(tmp_path, row(), row(**{"资产/资源实例ID": "8;llm-a;qwen-max;output_token;bmp;0"}))
    (tmp_path / "c.yaml").write_text(made, encoding="utf-8")
    return tmp_path


def inside(text: str, id: str, change: Callable[[str], str]) -> str:
    """The checklist with the lines of one step changed."""
    start = text.index(f"  - id: {id}\n")
    end = text.find("\n  - id: ", start + 1) + 1 or len(text)
    changed = change(text[start:end])
    assert changed != text[start:end]
    return text[:start] + changed + text[end:]


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(old, new, text, count=1, flags=re.MULTILINE)


def refused(folder: Path, text: str) -> str:
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(GovernError) as caught:
        load_checklist(str(folder / "c.yaml"))
    assert caught.value.cause == "usage"
    (one,) = caught.value.faults
    return str(one).removeprefix(f"{folder}/")


PLAN = "turn_off_renewal.coding_plan.cp-1"
JOB = "cancel_training.llm-a.ft-1"


@pytest.mark.parametrize(
    ("id", "change"),
    [
        (KEY, swap('      id: "12345"', '      id: "12346"')),
        (KEY, swap("workspace_id: llm-a", "workspace_id: llm-b")),
        (KEY, swap("sub_account_id: .*", 'sub_account_id: "200"')),
        (KEY, swap("      kind: api_key", "      kind: workspace")),
        (KEY, swap("    proof: bill", "    proof: person")),
        (KEY, swap("    needs: .*", "    needs: []")),
        (KEY, swap("    needs: .*", "    needs: [tell_owners.llm-a, safety_net]")),
        (KEY, swap("    region_id: cn-beijing", "    region_id: null")),
        (KEY, swap("    reversible: true", "    reversible: false")),
        (KEY, swap("saves_per_day: .*", "saves_per_day: [{currency: CNY, amount: 9}]")),
        (KEY, swap('    why: "Asked', '    why: "Not asked')),
        (KEY, swap("    how: >-\n      Disable", "    how: >-\n      Enable")),
        (KEY, swap("    kind: disable_key", "    kind: safety_net")),
        (PLAN, swap("    due: .*", '    due: "2026-12-24T00:00:00+08:00"')),
        (JOB, swap("      curl -X POST", "      curl -X DELETE")),
        ("delete_key.llm-a.12345", swap("    due: null", '    due: "2026-10-12T00:00:00+08:00"')),
        ("closing_proof.all", swap("      id: all", "      id: workspace=llm-a")),
        ("closing_proof.all", swap("    proof: bill", "    proof: person")),
    ],
)
def test_a_field_of_govern_s_that_was_changed_is_refused_by_the_name_of_its_step(
    folder: Path, made: str, id: str, change: Callable[[str], str]
) -> None:
    text = inside(made, id, change)
    line = text[: text.index(f"  - id: {id}\n")].count("\n") + 1
    told = refused(folder, text)
    assert told.startswith(f"c.yaml:{line}:")
    assert f'"{id}": changed by hand in a field that is govern\'s' in told


def test_a_step_under_another_name_is_refused(folder: Path, made: str) -> None:
    told = refused(folder, inside(made, "safety_net", swap("id: safety_net", "id: net")))
    assert '"net": changed by hand' in told


def test_a_step_made_people_s_own_is_refused(folder: Path, made: str) -> None:
    told = refused(folder, inside(made, KEY, swap("    kind: disable_key", "    kind: mine")))
    assert f'"{KEY}": its kind was changed by hand' in told


def test_a_step_made_by_hand_needs_a_kind_of_its_own(folder: Path, made: str) -> None:
    step = (
        "  - {id: disable_key.llm-a.9, kind: disable_key, subject: {kind: api_key, id: '9'}, "
        "why: w, how: h, reversible: true, proof: person, state: todo}\n"
    )
    assert '"disable_key.llm-a.9": not a step that govern made' in refused(folder, made + step)
    (folder / "c.yaml").write_text(made + step.replace("kind: disable_key", "kind: mine"))
    assert load_checklist(str(folder / "c.yaml")).checklist.step("disable_key.llm-a.9")


@pytest.mark.parametrize(
    "change",
    [
        swap("^as_of: .*", 'as_of: "2026-11-05T00:00:00+08:00"'),
        swap("^account_ids: .*", 'account_ids: ["200"]'),
        swap("^wishes: .*", "wishes: [workspace=llm-a]"),
        swap('    reaches: ".*"', '    reaches: "2027-01-01T00:00:00+08:00"'),
        swap("    sha256: .*", f'    sha256: "{"0" * 64}"'),
        swap("    charges: true", "    charges: false"),
        lambda text: inside(text, "final_bill", lambda step: ""),
    ],
)
def test_a_change_above_the_steps_or_a_step_that_went_is_refused(
    folder: Path, made: str, change: Callable[[str], str]
) -> None:
    assert change(made) != made
    told = refused(folder, change(made))
    assert "changed by hand above the steps, or in which steps there are" in told


def test_verify_and_tick_end_with_2_and_change_nothing(folder: Path, made: str) -> None:
    text = inside(made, KEY, swap("    proof: bill", "    proof: person"))
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    for words in (
        ["verify", "c.yaml", "bill.csv"],
        ["checklist", "tick", "c.yaml", KEY, "--by", "lin"],
        ["checklist", "bill.csv", "-o", "c.yaml"],
    ):
        done = govern(folder, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert KEY in done.stderr
        assert (folder / "c.yaml").read_text(encoding="utf-8") == text


def test_what_is_people_s_and_how_it_is_laid_out_is_free(folder: Path, made: str) -> None:
    head, steps = made.split("steps:\n")
    parts = re.split(r"(?=^  - id: )", steps, flags=re.MULTILINE)
    # The other way round, with comments, a step of one's own that a step of govern's waits for.
    text = head + "steps:  # by hand\n" + "# a remark\n".join(reversed(parts))
    text = inside(text, KEY, swap("    state: .*", "    state: done"))
    text = inside(text, KEY, swap("    by: null", "    by: wang"))
    text = inside(text, KEY, swap("    at: null", "    at: 2026-10-01T10:00"))
    text = inside(text, KEY, swap("    note: null", "    note: asked twice"))
    text = inside(text, KEY, swap("    approved_by: null", "    approved_by: li"))
    text = inside(text, KEY, swap("    needs: .*", "    needs: [announce, tell_owners.llm-a]"))
    text += (
        "  - {id: announce, kind: mail, subject: {kind: account}, why: w, how: h, "
        "reversible: true, proof: person, state: todo}\n"
    )
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    found = load_checklist(str(folder / "c.yaml")).checklist.step(KEY)
    assert found is not None
    assert (found.state, found.by, found.needs) == (
        "done",
        "wang",
        ("announce", "tell_owners.llm-a"),
    )


def test_every_way_to_tick_keeps_it_valid_and_the_plan_s_digest(folder: Path, made: str) -> None:
    ways = [
        [KEY, "--at", "2026-10-08T18:00", "--note", "mine: # 王"],
        ["*", "--approve"],
        ["safety_net", "--keep-until", "2026-12-01", "--reason", "later"],
        [KEY, "--undo"],
        ["*"],
    ]
    for way in ways:
        done = govern(folder, "checklist", "tick", "c.yaml", *way, "--by", "lin")
        assert done.returncode == 0, done.stderr
        load_checklist(str(folder / "c.yaml"))
    # Two people's ticks on two branches have no line in common.
    after = (folder / "c.yaml").read_text(encoding="utf-8")
    assert made.splitlines()[5:8] == after.splitlines()[5:8]
    assert any(line.startswith("plan_sha256: ") for line in after.splitlines()[5:8])


def unsealed(text: str) -> str:
    return re.sub(r"^ *plan_sha256: .*\n", "", text, flags=re.MULTILINE)


def test_one_of_an_older_govern_is_made_again_and_then_verified(folder: Path, made: str) -> None:
    text = inside(unsealed(made), "safety_net", swap("    note: null", "    note: asked"))
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    for words in (
        ["verify", "c.yaml", "bill.csv"],
        ["checklist", "tick", "c.yaml", KEY, "--by", "lin"],
    ):
        done = govern(folder, *words)
        assert done.returncode == 2
        assert "made by an older govern, without plan_sha256: make it again" in done.stderr
    assert govern(folder, "checklist", "bill.csv", "-o", "c.yaml", "-q").returncode == 0
    again = load_checklist(str(folder / "c.yaml")).checklist.step("safety_net")
    assert again is not None
    assert again.note == "asked"
    assert govern(folder, "verify", "c.yaml", "bill.csv").returncode == 6


def test_the_kinds_that_are_sealed_are_those_that_are_planned() -> None:
    assert tuple(KINDS) == seal.KINDS
