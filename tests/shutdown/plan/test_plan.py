"""What is planned, why, and in which order; each expected step is worked out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from bills import bill, call, row

from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Step
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.inventory import ApiKey, Inventory, LookedAt, Plan, Resource
from govern.policy.policies import load_policies
from govern.policy.waivers import load_waivers
from govern.shutdown.plan.draft import checklist_of

AS_OF = datetime(2026, 9, 6)


def planned(
    folder: Path,
    rows: list[str],
    *wanted: str,
    policies: str = "",
    waivers: str = "",
    directory: Directory | None = None,
) -> Checklist:
    rules = excuses = []  # type: ignore[var-annotated]
    if policies:
        (folder / "p.yaml").write_text(f"version: 1\npolicies:\n{policies}")
        rules = load_policies([str(folder / "p.yaml")])
    if waivers:
        (folder / "w.yaml").write_text(f"version: 1\nwaivers:\n{waivers}")
        excuses = load_waivers([str(folder / "w.yaml")])
    terms = Terms(as_of=AS_OF, waivers=tuple(excuses), directory=directory or Directory(()))
    with read([str(bill(folder, *rows))], Reading()) as ledger:
        checklist, _ = checklist_of(ledger, rules, terms, wanted, [])
    return checklist


def ids(checklist: Checklist, *kinds: str) -> list[str]:
    return [step.id for step in checklist.steps if not kinds or step.kind in kinds]


def step(checklist: Checklist, id: str) -> Step:
    found = checklist.step(id)
    assert found is not None, ids(checklist)
    return found


def policy(stop: str, per: str = "api_key", where: str = "{}") -> str:
    return (
        f"  - {{id: p, title: T, per: {per}, where: {where}, every: total, "
        f"forbid: charges, stop: {stop}}}\n"
    )


EVERYWHERE = Directory(
    [
        Inventory(
            Moment(AS_OF, BILL_CLOCK),
            "100",
            True,
            regions=tuple(
                LookedAt(region, "full")
                for region in (
                    *("cn-beijing", "ap-southeast-1", "us-east-1", "cn-hongkong"),
                    *("eu-central-1", "ap-northeast-1"),
                )
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("stop", "kinds"),
    [
        ("ask", {"ask_owner"}),
        ("disable_key", {"tell_owners", "disable_key"}),
        ("delete_key", {"tell_owners", "disable_key", "delete_key"}),
    ],
)
def test_a_finding_becomes_what_its_policy_says(tmp_path: Path, stop: str, kinds: set[str]) -> None:
    found = planned(tmp_path, [call("7")], policies=policy(stop), directory=EVERYWHERE)
    always = {"safety_net", "closing_proof", "final_bill"}
    assert {one.kind for one in found.steps} == kinds | always


def test_a_group_without_a_key_has_nothing_to_disable(tmp_path: Path) -> None:
    rows = [call("", channel="bmp"), call("", "llm-b")]
    found = planned(tmp_path, rows, policies=policy("delete_key"), directory=EVERYWHERE)
    assert ids(found, "stop_playground", "ask_owner", "disable_key") == [
        "ask_owner.p.api_key.100.llm-b.empty",
        "stop_playground.llm-a",
    ]


def test_a_waived_finding_makes_no_step(tmp_path: Path) -> None:
    waiver = '  - {policy: p, subject: "7", reason: r, owner: o, expires: 2026-12-01}\n'
    found = planned(tmp_path, [call("7")], policies=policy("delete_key"), waivers=waiver)
    assert not ids(found, "disable_key", "delete_key")


def test_a_workspace_is_retired_with_all_that_is_in_it(tmp_path: Path) -> None:
    rows = [call("7"), call("8"), call("9", "llm-b")]
    found = planned(tmp_path, rows, "workspace=llm-a", directory=EVERYWHERE)
    assert set(ids(found)) == {
        "tell_owners.llm-a",
        "disable_key.llm-a.7",
        "disable_key.llm-a.8",
        "delete_key.llm-a.7",
        "delete_key.llm-a.8",
        "retire_workspace.llm-a",
        "safety_net",
        "closing_proof.workspace.llm-a",
        "final_bill",
    }
    assert step(found, "delete_key.llm-a.7").needs == ("disable_key.llm-a.7",)
    assert "delete_key.llm-a.8" in step(found, "retire_workspace.llm-a").needs
    assert step(found, "final_bill").needs == ("closing_proof.workspace.llm-a",)


def test_what_others_wait_for_counts_with_the_dearest_of_them(tmp_path: Path) -> None:
    day = {"账单日期": "2026-09-04"}
    rows = [
        call("7", "llm-a", 应付金额="1", **day),
        call("8", "llm-b", 应付金额="30", **day),
        call("9", "llm-b", 应付金额="2", **day),
        # A day is full where the bill has a later one.
        call("7", "llm-a", 应付金额="500", 账单日期="2026-09-05"),
    ]
    found = planned(tmp_path, rows, "all", directory=EVERYWHERE)
    assert ids(found, "tell_owners", "disable_key") == [
        "tell_owners.llm-b",
        "disable_key.llm-b.8",
        "disable_key.llm-b.9",
        "tell_owners.llm-a",
        "disable_key.llm-a.7",
    ]
    # The last full day, 4 September: 1 + 30 + 2.
    assert [(one.currency, int(one.amount)) for one in found.saves_per_day] == [("CNY", 33)]


def test_two_currencies_are_saved_apart(tmp_path: Path) -> None:
    rows = [
        call("7", 账单日期="2026-09-04", 应付金额="1"),
        call("8", 账单日期="2026-09-04", 应付金额="2", 定价币种="USD"),
        call("9", 账单日期="2026-09-05", 应付金额="0"),
    ]
    found = planned(tmp_path, rows, "all", directory=EVERYWHERE)
    saved = {one.currency: one.amount for one in found.saves_per_day}
    assert {currency: int(amount) for currency, amount in saved.items()} == {"CNY": 1, "USD": 2}


def test_every_region_appears_and_one_with_charges_must_be_looked_at(tmp_path: Path) -> None:
    found = planned(tmp_path, [call("7")], "api_key=7")
    assert [one.region_id for one in found.regions] == [
        *("cn-beijing", "ap-southeast-1", "us-east-1", "cn-hongkong"),
        *("eu-central-1", "ap-northeast-1"),
    ]
    assert ids(found, "look_at_region") == ["look_at_region.cn-beijing"]
    assert any("cn-beijing" in note for note in found.notes)
    whole = planned(tmp_path, [call("7")], "all")
    assert len(ids(whole, "look_at_region")) == 6


def test_a_ram_user_has_looked_at_a_part_only(tmp_path: Path) -> None:
    seen = Inventory(None, "100", False, regions=(LookedAt("cn-beijing", "full"),))
    found = planned(tmp_path, [call("7")], "api_key=7", directory=Directory([seen]))
    assert found.regions[0].looked_at == "partial"
    assert ids(found, "look_at_region") == ["look_at_region.cn-beijing"]


def test_the_inventory_spares_steps_that_are_done(tmp_path: Path) -> None:
    at = Moment(datetime(2026, 9, 1), BILL_CLOCK)
    keys = (
        ApiKey("7", workspace_id="llm-a", disabled=True, disabled_at=at),
        ApiKey("8", workspace_id="llm-a", gone_at=at),
        ApiKey("9", workspace_id="llm-a", disabled=False),
    )
    seen = Directory([Inventory(at, "100", True, api_keys=keys)])
    found = planned(tmp_path, [call("7"), call("8")], "workspace=llm-a", directory=seen)
    assert ids(found, "disable_key") == ["disable_key.llm-a.9"]
    assert ids(found, "delete_key") == ["delete_key.llm-a.7", "delete_key.llm-a.9"]


def test_what_runs_by_itself_is_taken_from_the_inventory(tmp_path: Path) -> None:
    seen = Inventory(
        None,
        "100",
        True,
        training_jobs=(
            Resource("ft-1", workspace_id="llm-a", status="RUNNING"),
            Resource("ft-2", workspace_id="llm-a", status="SUCCEEDED"),
        ),
        deployments=(Resource("d-1", workspace_id="llm-a", status="RUNNING", prepaid=True),),
        batches=(Resource("b-1", workspace_id="llm-b", status="in_progress"),),
        knowledge_bases=(Resource("kb", workspace_id="llm-a"),),
    )
    found = planned(tmp_path, [call("7")], "workspace=llm-a", directory=Directory([seen]))
    assert ids(found, "cancel_training") == ["cancel_training.llm-a.ft-1"]
    assert ids(found, "take_offline") == ["take_offline.llm-a.d-1"]
    assert step(found, "unsubscribe.llm-a.d-1").needs == ("take_offline.llm-a.d-1",)
    assert ids(found, "delete_knowledge_base") == ["delete_knowledge_base.llm-a.kb"]
    assert not ids(found, "cancel_batch")


def test_a_bill_alone_tells_of_deployments_and_web_search(tmp_path: Path) -> None:
    rows = [
        row(商品Code="sfm_deployment_public_cn", **{"资产/资源实例ID": "ptu-1"}),
        row(商品Code="sfm_websearch_public_cn", **{"资产/资源实例ID": "search"}),
    ]
    found = planned(tmp_path, rows, "all", directory=EVERYWHERE)
    assert ids(found, "take_offline", "stop_web_search") == [
        "take_offline.none.cn-beijing",
        "stop_web_search.none.cn-beijing",
    ]


def test_renewal_is_off_ten_days_before_the_plan_expires(tmp_path: Path) -> None:
    expires = Moment(datetime(2026, 10, 20), BILL_CLOCK)
    plans = (
        Plan("coding_plan", "c-1", None, expires, "renews"),
        Plan("token_plan", "t-1", None, None, "unknown"),
        Plan("savings_plan", "s-1", None, expires, "ends"),
    )
    seen = Directory([Inventory(None, "100", True, plans=plans)])
    found = planned(tmp_path, [call("7")], "all", directory=seen)
    assert ids(found, "turn_off_renewal") == [
        "turn_off_renewal.coding_plan.c-1",
        "turn_off_renewal.token_plan.t-1",
    ]
    due = step(found, "turn_off_renewal.coding_plan.c-1").due
    assert due is not None
    assert due.wall == datetime(2026, 10, 10)
    assert ids(found, "look_at_plan") == ["look_at_plan.token_plan.t-1"]
    # Looking first would be a day lost; who turns it off has looked.
    assert step(found, "turn_off_renewal.token_plan.t-1").needs == ()


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("workspace=llm-aa", "no such workspace in the bill or inventory; did you mean llm-a?"),
        ("api_key=77", "no such key"),
        ("keys=7", "write all, workspace=ID or api_key=ID"),
        ("everything", "write all, workspace=ID or api_key=ID"),
    ],
)
def test_a_wish_for_nothing_is_refused(tmp_path: Path, wish: str, told: str) -> None:
    with pytest.raises(GovernError) as error:
        planned(tmp_path, [call("7")], wish)
    assert told in str(error.value)


def test_the_same_key_in_two_workspaces_is_told_apart(tmp_path: Path) -> None:
    rows = [call("7", "llm-a"), call("7", "llm-b")]
    both = planned(tmp_path, rows, "api_key=7", directory=EVERYWHERE)
    assert ids(both, "disable_key") == ["disable_key.llm-a.7", "disable_key.llm-b.7"]
    one = planned(tmp_path, rows, "api_key=llm-b/7", directory=EVERYWHERE)
    assert ids(one, "disable_key") == ["disable_key.llm-b.7"]
