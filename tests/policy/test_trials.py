"""Test files beside policies: what they mean, and where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from govern.model.clock import parse_moment
from govern.model.trial import Expected
from govern.policy.trials import load_trials

from .files import faults_of, write

SPEND = """\
version: 1
policies:
  - {id: spend, title: Spend, per: api_key, limit: {billed_cost: 500 CNY}}
  - {id: play, title: Play, per: workspace, where: {channel: bmp}, forbid: charges}
"""
TEST = """\
version: 1
tests:
  - name: above
    charges: [{billed_cost: 500.01 CNY}]
    expect: {fires: [spend]}
"""


def faults(folder: Path, test: str, name: str = "spend.test.yaml") -> list[str]:
    write(folder, SPEND, "spend.yaml")
    path = write(folder, test, name)
    told = faults_of(lambda: load_trials([path]))
    return [f"{one.line}:{one.column} {one.message}" for one in told]


def expects(written: str) -> str:
    return f"version: 1\ntests:\n  - name: n\n    charges: []\n    expect: {written}\n"


def case(field: str) -> str:
    return expects("{silent: spend}") + f"    {field}\n"


def charges(written: str) -> str:
    return (
        "version: 1\ntests:\n  - name: n\n    expect: {silent: spend}\n"
        f"    charges: [{written}]\n"
    )


def test_a_test_says_what_is_charged_and_what_is_expected(tmp_path: Path) -> None:
    write(tmp_path, SPEND, "spend.yaml")
    write(tmp_path, "version: 1\nwaivers: []\n", "waivers.yaml")
    path = write(
        tmp_path,
        "version: 1\npolicies: .\nwaivers: waivers.yaml\ntests:\n"
        "  - name: all of it\n"
        "    as_of: 2026-10-01\n"
        "    exported_at: 2026-10-04\n"
        "    charges:\n"
        "      - {api_key_id: 010, channel: '', repeat: 3, usage: 5}\n"
        "    inventory: {workspaces: [{workspace_id: llm-a, owner: lin}]}\n"
        "    expect: {fires: {spend: [7, none, 'none', '']}, undecided: play}\n",
        "spend.test.yaml",
    )
    (file,) = load_trials([path]).files
    (trial,) = file.trials
    assert (trial.name, trial.file, trial.line) == ("all of it", path, 5)
    assert trial.as_of == parse_moment("2026-10-01")
    assert trial.exported_at == parse_moment("2026-10-04")
    assert trial.charges == ({"api_key_id": "010", "channel": "", "repeat": "3", "usage": "5"},)
    assert trial.inventory is not None and trial.inventory.workspaces[0].owner == "lin"
    assert trial.expected == Expected(fires={"spend": ("7", None, "none", "")}, undecided=("play",))
    assert [policy.id for policy in file.policies] == ["spend", "play"]


@pytest.mark.parametrize("named", ["spend.yaml", "spend.test.yaml", "."])
def test_a_test_is_found_by_its_policy_by_itself_and_in_a_folder(
    tmp_path: Path, named: str
) -> None:
    write(tmp_path, SPEND, "spend.yaml")
    write(tmp_path, TEST, "spend.test.yaml")
    suite = load_trials([str(tmp_path / named)])
    assert [file.path for file in suite.files] == [str(tmp_path / "spend.test.yaml")]
    assert [policy.id for policy in suite.policies] == ["spend", "play"]


def test_what_is_named_twice_is_tested_once(tmp_path: Path) -> None:
    paths = [write(tmp_path, SPEND, "spend.yaml"), write(tmp_path, TEST, "spend.test.yaml")]
    assert len(load_trials([*paths, str(tmp_path)]).files) == 1


def test_policies_without_a_test_are_there_to_be_missed(tmp_path: Path) -> None:
    write(tmp_path, SPEND, "sub/spend.yml")
    suite = load_trials([str(tmp_path)])
    assert (suite.files, [policy.id for policy in suite.policies]) == ((), ["spend", "play"])


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("version: 1\ntests: {}\n", "2:8 tests are a list"),
        ("version: 1\n", "1:1 tests is missing"),
        (case("as_off: 2026-10-01"), '6:5 unknown key "as_off"; did you mean as_of?'),
        (case("as_of: soon"), '6:12 "soon" is no instant: write 2026-09-01 or'),
        (expects("{}"), "5:13 nothing is expected"),
        (expects("{fires: spnd}"), '5:21 "spnd" is no policy that this file tests; did you mean'),
        (expects("{fires: {play: a, spend2: 7}}"), '5:31 "spend2" is no policy'),
        (expects("{fires: {spend: []}}"), "5:29 no subject"),
        (expects("{silent: [spend, spend]}"), '5:30 "spend" stands here twice'),
        (expects("{silent: spend, waived: spend}"), '5:22 "spend" is silent, or it finds'),
        (expects("{silent: Spend Less}"), "5:22 an id is made of a-z"),
        (charges("{modle: a}"), '5:16 unknown key "modle"; did you mean model?'),
        (charges("{service: infrence}"), '5:25 unknown service "infrence"; did you mean inference'),
        (charges("{billed_cost: 5}"), '5:29 "5" is not an amount of money: write 1.2 CNY'),
        (charges("{billed_cost: 1.0000000000000001 CNY}"), "5:29 more than 15 decimals"),
        (charges("{list_cost: 5 USD}"), '5:27 a charge has one currency, and billed_cost is "1'),
        (charges("{usage: many}"), '5:23 "many" is not a quantity: write 1000 tokens'),
        (charges("{time: 2026-02-30}"), '5:22 "2026-02-30" is no time of a charge'),
        (charges("{time: 2026-09-01T00:00}"), '5:22 "2026-09-01T00:00" is no time of a charge'),
        (charges("{repeat: 1001}"), '5:24 "1001" is no number of times: 1 to 1000'),
        (charges("{workspace_id: a}"), '5:30 "a" is no workspace: it begins with llm- or ws-'),
        (charges("{model: 'a;b'}"), '5:23 "a;b" is no part of an Instance ID'),
        (charges("{api_key_id: none}"), "5:28 what a layout doesn't carry"),
        (
            charges("{service: deployment, model: a}"),
            "5:37 the Instance ID of deployment carries no model: leave it out",
        ),
        (charges("{instance_id: x, model: a}"), "5:32 model stands in instance_id"),
        (
            charges("{owner: lin}") + "    inventory: {api_keys: []}\n",
            "6:5 names stand in charges or in an inventory: not both",
        ),
    ],
)
def test_each_fault_is_told_with_its_place(tmp_path: Path, test: str, fault: str) -> None:
    (told,) = faults(tmp_path, test)
    assert told.startswith(fault)


def test_a_test_that_belongs_to_no_policy_says_how_to_name_one(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, TEST, "all.test.yaml")
    assert told == "1:1 all.yaml isn't beside this file: name its policies, as in policies: ."


def test_faults_of_tests_and_of_their_policies_come_in_one_run(tmp_path: Path) -> None:
    write(tmp_path, SPEND.replace("forbid", "forbit"), "spend.yaml")
    path = write(tmp_path, TEST.replace("expect", "expects"), "spend.test.yaml")
    told = faults_of(lambda: load_trials([path]))
    assert {Path(fault.path).name for fault in told} == {"spend.yaml", "spend.test.yaml"}
