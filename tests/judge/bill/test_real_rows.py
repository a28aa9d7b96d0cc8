"""Rows as a real export has them: the Playground found, free use told, what is new shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bills import bill, row

from govern.judge.audit import audit, question
from govern.judge.bill.inspect import inspect
from govern.judge.check import narrative
from govern.judge.check.check import Terms, check
from govern.judge.cost import narrative as cost_narrative
from govern.judge.cost.cost import Question, cost
from govern.ledger.reading import Ledger, Reading, read
from govern.model.policy import Condition, Pattern
from govern.model.report import CheckReport
from govern.policy.policies import load_policies

ROOT = Path(__file__).parents[3]
CONSOLE = ROOT / "tests/bill/golden/v2-console/bill.csv"
AS_OF = datetime(2026, 5, 20)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with read([str(CONSOLE)], Reading()) as ledger:
        yield ledger


def by(ledger: Ledger, policy: str) -> CheckReport:
    return check(ledger, load_policies([str(ROOT / policy)]), Terms(AS_OF))


@pytest.mark.parametrize(
    "policy", ["src/govern/pack/no-playground.yaml", "policies/no-playground.yaml"]
)
def test_all_playground_use_is_found_video_and_free_use_among_it(
    ledger: Ledger, policy: str
) -> None:
    (finding,) = by(ledger, policy).findings
    assert finding.subject.id == "llm-made000000000001"
    # lines 2, 4, 5, 8 and 13: 0 + 6.4 + 7.2576 + 0.006396 + 0
    assert (finding.charges, finding.costs) == (5, (("CNY", Decimal("13.663996")),))
    assert finding.message == (
        "workspace llm-made000000000001 has 5 charges (13.663996 CNY) where none is allowed; "
        "2 of them cost nothing"
    )


def test_calls_with_a_key_have_an_empty_channel_and_are_no_console_use(ledger: Ledger) -> None:
    assert by(ledger, "src/govern/pack/no-key.yaml").findings == ()
    (finding,) = by(ledger, "policies/channel-allow-list.yaml").findings
    assert (finding.subject.id, finding.charges) == ("bmp", 5)


def test_an_empty_channel_is_shown_as_one(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\npolicies:\n  - {id: p, title: t, per: channel, forbid: charges}\n")
    report = check(ledger, load_policies([str(path)]), Terms(AS_OF))
    assert {(one.subject.id, one.subject.text) for one in report.findings} == {
        ("", "channel (empty)"),
        ("bmp", "channel Playground (bmp)"),
        (None, "channel none"),
    }
    table = cost_narrative.sections(cost(ledger, Question(AS_OF, ("channel",))))[0]
    assert [cells[0] for cells in table.rows][:3] == ["Playground (bmp)", "(empty)", "none"]


def test_an_audit_names_the_empty_channel_and_the_use_that_cost_nothing(ledger: Ledger) -> None:
    found = {
        one.workspace_id: one
        for one in audit.audit(ledger, question.Question(AS_OF)).keys
        if one.api_key_id
    }
    video = found["llm-made000000000001"]
    # lines 3, 6, 7, 9, 10, 11 and 12; all but 6, 9 and 12 were free
    assert (video.channels, video.charges) == (("",), 7)
    assert video.reason.endswith("; 4 of its 7 charges cost nothing so far")
    assert found["ws-made00000000001"].channels == ()
    assert found["ws-made00000000001"].reason.endswith(
        "; none of its charges costs anything so far"
    )


def test_a_policy_and_a_cost_table_say_how_many_charges_cost_nothing(ledger: Ledger) -> None:
    report = by(ledger, "policies/no-playground.yaml")
    policies = next(one for one in narrative.sections(report) if one.heading == "Policies")
    assert [cells[3:] for cells in policies.rows] == [["5", "2 of the charges cost nothing"]]
    # lines 2, 3, 7, 10, 11, 13 and 14
    assert "7 of the charges cost nothing." in cost(ledger, Question(AS_OF, ("model",))).notes


def test_free_and_paid_charges_of_one_day_and_id_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\npolicies:\n  - {id: p, title: t, per: bill, forbid: charges}\n")
    rows = [row(应付金额=amount) for amount in ("0", "1", "0.00", "-0", "0E-3", "-1")]
    with read([str(bill(tmp_path, *rows))], Reading()) as ledger:
        (finding,) = check(ledger, load_policies([str(path)]), Terms(AS_OF, evidence=6)).findings
    assert (finding.charges, [line.line for line in finding.evidence]) == (6, [2, 3, 4, 5, 6, 7])
    assert finding.message.endswith("; 4 of them cost nothing")


def test_nothing_of_the_real_rows_is_new(ledger: Ledger) -> None:
    unknown = inspect(ledger, AS_OF, 0).document()["unknown"]
    assert not any(unknown.values())


def test_what_is_new_in_a_bill_is_shown_and_counted(tmp_path: Path) -> None:
    new = row(
        商品Code="sfm_inferenceglobal_public_cn",
        费用类型="赠送",
        地域="Moon 1",
        用量单位="箱",
        **{"资产/资源实例ID": "7;llm-a;qwen-max;dream_number;robot;0"},
    )
    with read([str(bill(tmp_path, new, row()))], Reading()) as ledger:
        found = inspect(ledger, AS_OF, 0)
        report = check(ledger, (), Terms(AS_OF))
    unknown = found.document()["unknown"]
    assert {name: words for name, words in unknown.items() if words} == {
        "commodities": ["sfm_inferenceglobal_public_cn"],
        "meters": ["dream_number"],
        "channels": ["robot"],
        "units": ["箱"],
        "regions": ["Moon 1"],
        "charge_categories": ["赠送"],
    }
    assert found.exit.code == 0
    assert [sums["service"] for sums in found.facts["services"]] == ["inference"]
    said = next(one for one in narrative.sections(report) if one.heading == "The bill").sentences
    assert (
        "New to govern, and counted all the same: commodities sfm_inferenceglobal_public_cn; "
        "meters dream_number; channels robot; units 箱; regions Moon 1."
    ) in said
    assert "Unknown fee types, taken as usage: 赠送." in said


def test_an_export_named_without_a_month_has_its_instant(tmp_path: Path) -> None:
    name = tmp_path / "1900000000000001-20260516105620_consumedetailbillv2.csv"
    shutil.copy(CONSOLE, name)
    with read([str(name)], Reading()) as ledger:
        assert [file.exported_at for file in ledger.files] == [datetime(2026, 5, 16, 10, 56, 20)]


def test_a_later_export_holds_the_rows_of_the_earlier_one_once(tmp_path: Path) -> None:
    lines = CONSOLE.read_text("utf-8").splitlines(keepends=True)
    early = tmp_path / "1900000000000001-20260516104506_consumedetailbillv2.csv"
    late = tmp_path / "1900000000000001-20260516105620_consumedetailbillv2.csv"
    early.write_text("".join(lines[:7]), "utf-8")
    late.write_text("".join(lines), "utf-8")
    with read([str(early), str(late)], Reading()) as ledger:
        assert ledger.clashes == []
        sums = ledger.query("SELECT sum(charges)::BIGINT, sum(billed_cost) FROM ledger")
    # 6.4 + 7.2576 + 6.4 + 0.006396 + 0.004 + 0.4
    assert sums == [(13, Decimal("20.467996"))]


def test_cost_by_service_says_what_nothing_tells(tmp_path: Path) -> None:
    untold = row(商品Code="", 商品名称="", **{"资产/资源实例ID": "what-is-this"})
    with read([str(bill(tmp_path, untold, row()))], Reading()) as ledger:
        by_service = cost(ledger, Question(AS_OF, ("service",))).notes
        inference = Condition("service", (Pattern("inference"),))
        only = cost(ledger, Question(AS_OF, (), (inference,)))
    told = "1 charge (1.2 CNY) of which nothing tells the service"
    assert f"{told}: they are other." in by_service
    assert f"{told}: left out, they could be of any." in only.notes
    assert [one.charges for one in only.totals] == [1]
