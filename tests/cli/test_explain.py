"""How verdicts are explained: what counts, what doesn't and why, what isn't known; by hand."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bills import bill, row
from commandline import govern

from govern.model.finding import Subject, fingerprint_of

ROOT = Path(__file__).parents[2]
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((ROOT / "schemas" / "govern.explanation.v1.json").read_text())
)


def charge(
    amount: str,
    key: str = "1",
    *,
    day: int = 5,
    model: str = "qwen-max",
    channel: str = "app",
    ids: str = "",
    **cells: str,
) -> str:
    instance = ids or f"{key};llm-a;{model};output_token;{channel};0"
    usual = {"账单日期": f"2026-09-{day:02}", "资产/资源实例ID": instance, "应付金额": amount}
    return row(**{**usual, **cells})


class Company:
    """A folder with a bill and policies, and what is explained in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rules(self, *policies: str) -> None:
        listed = "".join(f"  - {policy}\n" for policy in policies)
        (self.folder / "p.yaml").write_text(f"version: 1\npolicies:\n{listed}")

    def asks(self, *words: str, code: int = 0) -> dict[str, Any]:
        asked = (*words, "-p", "p.yaml", "--as-of", "2026-10-05", "--format", "json")
        done = govern(self.folder, *asked)
        assert done.returncode == code, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        SCHEMA.validate(document)
        return document

    def explains(self, thing: str, *words: str, code: int = 0) -> dict[str, Any]:
        """The verdict on a subject that has only one."""
        (verdict,) = self.asks("explain", thing, "bill.csv", *words, code=code)["verdicts"]
        assert isinstance(verdict, dict)
        return verdict


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def left_out(verdict: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (each["code"], each["value"], each["charges"], each["costs"][0]["billed_cost"])
        for each in verdict["left_out"]
    ]


def test_a_person_can_add_it_up(company: Company) -> None:
    company.rules(
        "{id: spend, title: Spend, per: api_key, where: {service: inference, channel: app},"
        " from: 2026-09-03, before: 2026-09-20, limit: {billed_cost: 10 CNY}}"
    )
    bill(
        company.folder,
        charge("4.5", day=5),
        charge("4.5", day=6),
        charge("2", day=6, model="qwen-plus"),
        charge("0", day=6, model="qwen-plus"),
        # Not counted: the channel, the window, the month, the currency; another key.
        charge("100", day=7, channel="bmp"),
        charge("200", day=2),
        charge("300", day=20),
        charge("400", 账单月份="2026-08", 账单日期="2026-08-31"),
        charge("500", 定价币种="USD", day=8),
        charge("600", "2"),
    )
    # The USD has no limit, so the policy as a whole ends in error.
    verdicts = company.asks("explain", "1", "bill.csv", code=4)["verdicts"]
    (verdict,) = [one for one in verdicts if one["verdict"] == "above"]
    assert (verdict["observed"], verdict["limit"], verdict["headroom"]) == ("11", "10", "-1")
    assert [
        (part["model"], part["day"], part["charges"], part["amount"]) for part in verdict["parts"]
    ] == [
        ("qwen-max", "2026-09-05", 1, "4.5"),
        ("qwen-max", "2026-09-06", 1, "4.5"),
        ("qwen-plus", "2026-09-06", 2, "2"),
    ]
    assert left_out(verdict) == [
        ("period", "2026-08", 1, "400"),
        ("where", "bmp", 1, "100"),
        ("before_from", None, 1, "200"),
        ("after_before", None, 1, "300"),
        ("currency", "USD", 1, "500"),
    ]
    assert (verdict["subject_charges"], verdict["counted"]) == (9, 4)
    places = [(line["line"], line["amount"]) for line in verdict["lines"]]
    assert places == [(2, "4.5"), (3, "4.5"), (4, "2"), (5, "0")]
    assert [line["line"] for line in verdict["left_out"][1]["lines"]] == [6]
    assert verdict["because"][:3] == [
        "9 charges of this subject in the bill: 4 count, 5 do not.",
        "What counts comes to 11 CNY.",
        "11 CNY is 1 CNY above the policy's limit, 10 CNY: a finding.",
    ]


def test_the_limit_is_told_with_who_set_it(company: Company) -> None:
    rule = "{id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}"
    bill(company.folder, charge("12"))
    company.rules(rule + ', limit_for: {"1": 12 CNY, "*": 5 CNY}}')
    verdict = company.explains("1")
    assert (verdict["limit"], verdict["limit_for"], verdict["verdict"]) == ("12", "1", "within")
    assert (
        "12 CNY is the limit that limit_for sets for 1, 12 CNY, to the last digit: only more than "
        "that is a finding." in verdict["because"]
    )
    company.rules(rule + ', limit_for: {"9*": 5 CNY}}')
    verdict = company.explains("1")
    assert (verdict["limit"], verdict["limit_for"], verdict["verdict"]) == ("10", None, "above")


def test_waivers_are_told_whether_they_excuse_or_not(company: Company) -> None:
    company.rules("{id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("12.5"))
    ends = "reason: r, owner: lin, expires"
    (company.folder / "w.yaml").write_text(
        "version: 1\nwaivers:\n"
        f"  - {{policy: spend, subject: '1', {ends}: 2026-10-05}}\n"
        f"  - {{policy: spend, subject: '1', {ends}: 2026-11-01, up_to: 12 CNY}}\n"
        f"  - {{policy: other, subject: '1', {ends}: 2026-11-01}}\n"
        f"  - {{policy: spend, subject: '2', {ends}: 2026-11-01}}\n"
    )
    verdict = company.explains("1", "--waivers", "w.yaml")
    assert verdict["verdict"] == "above"
    assert verdict["waivers"] == [
        "w.yaml:3: granted by lin until 2026-10-05 00:00 (r): it is over, and excuses nothing",
        "w.yaml:4: granted by lin until 2026-11-01 00:00 (r): "
        "0.5 CNY above its up_to of 12: not excused",
    ]
    text = (company.folder / "w.yaml").read_text().replace("12 CNY", "13 CNY")
    (company.folder / "w.yaml").write_text(text)
    verdict = company.explains("1", "--waivers", "w.yaml")
    assert (verdict["verdict"], verdict["waiver"]["line"]) == ("waived", 4)
    assert verdict["waivers"][1].endswith("the finding is excused, up to 13")


@pytest.mark.parametrize(("unparsed", "is_decided"), [("30", False), ("15", True)])
def test_what_could_be_added_is_added(company: Company, unparsed: str, is_decided: bool) -> None:
    """The example of the contract: 480 of 500, and an unparsed charge of 30 or of 15."""
    company.rules(
        "{id: spend, title: Spend, per: api_key, where: {service: inference},"
        " limit: {billed_cost: 500 CNY}}"
    )
    bill(company.folder, charge("480"), charge("300", "2"), charge(unparsed, ids="who;knows"))
    verdict = company.explains("1", code=0 if is_decided else 4)
    (doubt,) = verdict["doubts"]
    assert (doubt["code"], doubt["amount"], doubt["own"]) == ("layout", unparsed, False)
    assert [line["line"] for line in doubt["lines"]] == [4]
    most = 480 + int(unparsed)
    added = f"What isn't known could add {unparsed} at most: 480 + {unparsed} = {most} CNY"
    ends = "which is not above 500 either." if is_decided else "which is above 500: it can't be"
    (sentence,) = [one for one in verdict["because"] if one.startswith("What isn't known")]
    assert sentence.startswith(f"{added}, {ends}")
    assert verdict["verdict"] == ("within" if is_decided else "undecided")


def test_usage_is_explained_by_unit(company: Company) -> None:
    company.rules("{id: use, title: Use, per: api_key, limit: {usage: 3000 tokens}}")
    bill(
        company.folder,
        charge("1", 用量="2", 用量单位="千tokens"),
        charge("1", 用量="500", 用量单位="Token", day=6),
        charge("1", 用量="7", 用量单位="张"),
        charge("1", 用量="", 用量单位=""),
        charge("1", 用量="1", 用量单位=""),
    )
    verdict = company.explains("1", code=4)
    assert [(part["day"][-2:], part["amount"]) for part in verdict["parts"]] == [
        ("05", "2000"),
        ("06", "500"),
    ]
    assert [line["amount"] for line in verdict["lines"]] == ["2000", "500"]
    assert [each[:3] for each in left_out(verdict)] == [
        ("unit", "images", 1),
        ("no_usage", None, 1),
    ]
    (doubt,) = verdict["doubts"]
    assert (doubt["code"], doubt["amount"], doubt["charges"]) == ("no_unit", None, 1)
    assert "Of some charges any amount could count" in " ".join(verdict["because"])


def test_charges_are_counted_whatever_they_cost(company: Company) -> None:
    company.rules("{id: play, title: P, per: workspace, where: {channel: bmp}, forbid: charges}")
    bill(company.folder, charge("0", "", channel="bmp"), charge("3", "", channel="bmp"))
    verdict = company.explains("llm-a")
    assert [(part["charges"], part["amount"]) for part in verdict["parts"]] == [(2, "2")]
    assert verdict["parts"][0]["costs"] == [{"currency": "CNY", "billed_cost": "3"}]
    assert "2 charges, where the policy's limit allows none: a finding." in verdict["because"]


def test_list_cost_that_a_file_does_not_carry_is_an_error_with_its_charges(
    company: Company,
) -> None:
    company.rules("{id: worth, title: W, per: api_key, limit: {list_cost: 10 CNY}}")
    path = bill(company.folder, charge("1"), charge("2"))
    lines = [line.split(",") for line in path.read_text().splitlines()]
    at = lines[0].index("目录总价")
    path.write_text("\n".join(",".join(line[:at] + line[at + 1 :]) for line in lines) + "\n")
    document = company.asks("policy", "explain", "worth", "bill.csv", code=4)
    (policy,) = document["policies"]
    assert policy["outcome"] == "error"
    assert policy["message"].startswith("needs the list cost")
    (doubt,) = policy["doubts"]
    assert (doubt["code"], doubt["charges"], doubt["amount"]) == ("column", 2, None)
    assert [line["line"] for line in doubt["lines"]] == [2, 3]


def test_days_of_a_bill_that_knows_only_months_are_an_error(company: Company) -> None:
    company.rules("{id: daily, title: D, per: api_key, every: day, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("11"), charge("9", 账单日期="", 账单月份="2026-09"))
    (policy,) = company.asks("policy", "explain", "daily", "bill.csv", code=4)["policies"]
    assert [doubt["code"] for doubt in policy["doubts"]] == ["month"]
    assert policy["message"].startswith("needs charges by day")


def test_a_policy_without_its_inventory_says_what_it_needs(company: Company) -> None:
    company.rules("{id: mine, title: M, per: [owner], forbid: charges}")
    bill(company.folder, charge("1"))
    (policy,) = company.asks("policy", "explain", "mine", "bill.csv", code=4)["policies"]
    assert policy["message"].startswith("needs an inventory for owner")
    document = company.asks("explain", "1", "bill.csv", code=4)
    assert [policy["id"] for policy in document["policies"]] == ["mine"]


def test_names_of_the_inventory_name_subjects(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("11"), charge("1", "2"))
    (company.folder / "i.yaml").write_text(
        "schema: govern.inventory/v1\ncomplete: true\n"
        "api_keys: [{api_key_id: 1, name: robot, workspace_id: llm-a}]\n"
    )
    verdict = company.explains("robot", "--inventory", "i.yaml")
    assert (verdict["subject"]["id"], verdict["subject"]["name"]) == ("1", "robot")


def test_a_fingerprint_may_be_cut_as_long_as_it_is_one(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    keys = [str(number) for number in range(100, 140)]
    bill(company.folder, *(charge("11", key) for key in keys), charge("1", "200"))
    asked = ("bill.csv", "-p", "p.yaml", "--as-of", "2026-10-05")
    checked = govern(company.folder, "check", *asked, "--format", "json")
    prints = [one["fingerprint"] for one in json.loads(checked.stdout)["findings"]]
    first = prints[0]
    shortest = next(
        size for size in range(1, 33) if sum(one.startswith(first[:size]) for one in prints) == 1
    )
    document = company.asks("check", "bill.csv", "--explain", first[:shortest], code=1)
    assert [one["fingerprint"] for one in document["verdicts"]] == [first]
    short = govern(company.folder, "check", *asked, "--explain", first[: shortest - 1])
    assert (short.returncode, short.stdout) == (2, "")
    assert "several fingerprints begin so" in short.stderr or shortest == 1
    none = govern(company.folder, "check", *asked, "--explain", "xyz")
    assert (none.returncode, none.stdout, none.stderr.count("\n")) == (2, "", 1)
    # What breaks no limit has a fingerprint too: that of the finding that it would be.
    subject = Subject(
        "api_key", (("sub_account_id", "100"), ("workspace_id", "llm-a"), ("api_key_id", "200"))
    )
    quiet = fingerprint_of("spend", subject, "CNY", "month", datetime(2026, 9, 1))
    verdicts = company.asks("explain", quiet, "bill.csv")["verdicts"]
    assert [one["subject"]["id"] for one in verdicts] == ["200"]


def test_a_word_that_nobody_has_is_wrong_usage_with_the_nearest(company: Company) -> None:
    company.rules("{id: spend, title: S, per: workspace, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("1"))
    asked = ("bill.csv", "-p", "p.yaml", "--as-of", "2026-10-05")
    done = govern(company.folder, "explain", "llm-b", *asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("fingerprint; did you mean llm-a?\n")
    done = govern(company.folder, "policy", "explain", "spent", *asked)
    assert done.stderr == "govern: spent: no policy has this id; did you mean spend?\n"


def test_subjects_stand_nearest_to_the_limit_first(company: Company) -> None:
    company.rules(
        "{id: spend, title: S, per: api_key, limit: {billed_cost: [10 CNY, 100 USD]},"
        " limit_for: {'4': 8 CNY}}"
    )
    bill(
        company.folder,
        charge("3", "1"),
        charge("9", "2"),
        charge("95", "3", 定价币种="USD"),
        charge("7", "4"),
        charge("11", "5"),
        charge("20", "6"),
    )
    (policy,) = company.asks("policy", "explain", "spend", "bill.csv")["policies"]
    stands = [(one["subject"]["id"], one["headroom"]) for one in policy["standings"]]
    # 200%, 110%; then 95%, 90%, 87.5%, 30%.
    assert stands == [("6", "-10"), ("5", "-1"), ("3", "5"), ("2", "1"), ("4", "1"), ("1", "7")]
    (policy,) = company.asks("policy", "explain", "spend", "bill.csv", "--top", "1")["policies"]
    assert [one["subject"]["id"] for one in policy["standings"]] == ["6", "3"]
    assert policy["standings_omitted"] == 4


def test_what_counts_nothing_stands_nowhere_near_the_limit(company: Company) -> None:
    company.rules("{id: play, title: P, per: api_key, where: {channel: bmp}, forbid: charges}")
    bill(company.folder, charge("3", "1", channel="bmp"), charge("9", "2"))
    (policy,) = company.asks("policy", "explain", "play", "bill.csv")["policies"]
    assert [one["subject"]["id"] for one in policy["standings"]] == ["1"]
    assert policy["standings_omitted"] == 1
    verdict = company.explains("2")
    assert (
        "Nothing of it counts, so it is not above the policy's limit, 0 charges."
        in (verdict["because"])
    )
    assert left_out(verdict) == [("where", "app", 1, "9")]


def test_a_charge_on_the_day_of_from_could_be_before_or_after_it(company: Company) -> None:
    company.rules(
        "{id: late, title: L, per: api_key, from: 2026-09-05T12:00, limit: {billed_cost: 10 CNY}}"
    )
    bill(company.folder, charge("4", day=6), charge("7", day=5), charge("1", day=4))
    verdict = company.explains("1", code=4)
    (doubt,) = verdict["doubts"]
    assert (doubt["code"], doubt["amount"], doubt["own"]) == ("time", "7", True)
    assert [each[:3] for each in left_out(verdict)] == [("before_from", None, 1)]
    assert verdict["because"][0] == (
        "3 charges of this subject in the bill: 1 count, 1 does not, of 1 it isn't known."
    )


def test_keys_that_the_inventory_may_not_show_are_in_doubt(company: Company) -> None:
    company.rules(
        "{id: team, title: T, per: workspace, where: {owner: lin}, limit: {billed_cost: 10 CNY}}"
    )
    bill(company.folder, charge("4", "1"), charge("7", "2"), charge("9", "3"))
    (company.folder / "i.yaml").write_text(
        "schema: govern.inventory/v1\ncomplete: false\napi_keys:\n"
        "  - {api_key_id: 1, owner: lin, workspace_id: llm-a}\n"
        "  - {api_key_id: 3, owner: wang, workspace_id: llm-a}\n"
    )
    verdict = company.explains("llm-a", "--inventory", "i.yaml", code=4)
    assert [(doubt["code"], doubt["amount"]) for doubt in verdict["doubts"]] == [("inventory", "7")]
    assert left_out(verdict) == [("where", "wang", 1, "9")]
    assert verdict["verdict"] == "undecided"


def test_a_baseline_is_told_in_an_explanation_too(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("11"))
    words = ("check", "bill.csv", "-p", "p.yaml", "--as-of", "2026-10-05")
    govern(company.folder, *words, "-o", "json:before.json")
    bill(company.folder, charge("12.5"))
    fingerprint = json.loads((company.folder / "before.json").read_text())["findings"][0]
    asked = ("--explain", fingerprint["fingerprint"][:8], "--baseline", "before.json")
    for more, code in (((), 1), (("--fail-on-new",), 0)):
        (verdict,) = company.asks("check", "bill.csv", *asked, *more, code=code)["verdicts"]
        assert verdict["baseline"] == {"state": "grown", "observed": "11", "change": "1.5"}
        assert "Against the baseline it is grown by 1.5 CNY." in verdict["because"]


def test_a_policy_can_be_said_without_a_bill(company: Company) -> None:
    company.rules(
        "{id: spend, title: S, per: api_key, every: week, where: {service: [inference, batch],"
        " model: {not: [qwen-turbo*, none]}, channel: ''}, from: 2026-09-01,"
        " limit: {billed_cost: [10 CNY, 2 USD]}, limit_for: {'9*': 5 CNY}}",
        "{id: play, title: P, per: [workspace_id, model], enabled: false, forbid: charges}",
    )
    document = company.asks("policy", "explain", "spend")
    assert document["bill"] is None
    assert document["policies"][0]["sentence"] == (
        "For each API key and week (from Monday), the billed cost of charges whose service is "
        "inference or batch, whose model is not qwen-turbo* or missing and whose channel is empty "
        "may be at most 10 CNY or 2 USD (5 CNY for 9*), counting only what lies from 2026-09-01 on."
    )
    assert company.asks("policy", "explain", "play")["policies"][0]["sentence"] == (
        "For each combination of workspace_id and model and billing month, no charge is allowed "
        "(not enabled)."
    )


def test_growth_is_shown_with_the_period_before(company: Company) -> None:
    company.rules("{id: grown, title: G, per: api_key, limit: {growth: 50%}, floor: 1 CNY}")
    august = {"账单月份": "2026-08", "账单日期": "2026-08-31"}
    early = {"账单月份": "2026-08", "账单日期": "2026-08-01"}
    bill(
        company.folder,
        charge("4", **early),
        charge("6", **august),
        name="august.csv",
    )
    september = charge("10", day=1), charge("8", day=30)
    bill(company.folder, *september, name="september.csv")
    bills = ["august.csv", "september.csv", "--exported-at", "august.csv=2026-09-04"]
    now, before = company.asks("explain", "1", *bills)["verdicts"]
    assert (now["observed"], now["unit"], now["limit"], now["verdict"]) == (
        "80",
        "%",
        "50",
        "above",
    )
    assert (now["total"], before["total"], before["verdict"]) == ("18", "10", "unasked")
    assert sum(Decimal(part["amount"]) for part in before["parts"]) == 10
    verdicts = company.asks("explain", now["fingerprint"], *bills)["verdicts"]
    assert [verdict["total"] for verdict in verdicts] == ["18", "10"]


def test_a_share_is_shown_with_all_others(company: Company) -> None:
    company.rules("{id: most, title: M, per: api_key, limit: {share: 60%}}")
    bill(company.folder, charge("7"), charge("2", "2"), charge("1", "3"))
    (first, *_) = company.asks("explain", "1", "bill.csv")["verdicts"]
    assert (first["observed"], first["limit"], first["verdict"]) == ("70", "60", "above")
    (policy,) = company.asks("explain", first["fingerprint"], "bill.csv")["policies"]
    totals = [Decimal(one["total"]) for one in policy["standings"]]
    assert (sum(totals), totals[0]) == (10, 7)


def test_a_price_is_shown_with_the_list_cost_of_each_part(company: Company) -> None:
    company.rules("{id: dear, title: D, per: model, limit: {price: 70%}}")
    bill(company.folder, charge("6", 目录总价="8"), charge("3", 目录总价="4", day=6))
    verdict = company.explains("qwen-max")
    assert (verdict["observed"], verdict["verdict"]) == ("75", "above")
    assert [part["list_cost"] for part in verdict["parts"]] == ["8", "4"]


def test_a_key_that_nobody_uses_is_explained_by_its_silence(company: Company) -> None:
    company.rules("{id: idle, title: I, per: api_key, every: total, limit: {idle_days: 10}}")
    (company.folder / "i.yaml").write_text(
        "schema: govern.inventory/v1\naccount_id: '100'\ncomplete: true\n"
        "api_keys: [{api_key_id: 1, workspace_id: llm-a}, {api_key_id: 2, workspace_id: llm-a}]\n"
    )
    name = "100-20261004120000_bill.csv"
    bill(company.folder, charge("1", day=1), charge("1", "2", day=30), name=name)
    document = company.asks("explain", "1", name, "--inventory", "i.yaml")
    (verdict,) = document["verdicts"]
    assert (verdict["unit"], verdict["verdict"], verdict["counted"]) == ("days", "above", 1)
    assert "has had no charge for" in verdict["told"]


def test_a_bill_that_cannot_be_trusted_is_explained_and_ends_with_4(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("1"), charge("x"))
    verdict = company.explains("1", code=4)
    assert verdict["verdict"] == "undecided"
    bill(company.folder)
    assert company.asks("policy", "explain", "spend", "bill.csv", code=3)["policies"]


def test_overlaps_are_told_and_nothing_is_explained(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    for name, amount in (("a.csv", "1"), ("b.csv", "2")):
        bill(company.folder, charge(amount, 主键="k1"), name=name)
    for words in (("explain", "1"), ("policy", "explain", "spend")):
        document = company.asks(*words, "a.csv", "b.csv", code=4)
        assert (document["exit"]["cause"], document["verdicts"]) == ("overlap", [])


def test_a_ledger_explains_without_lines(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    bill(company.folder, charge("7"), charge("5", day=6))
    of_bill = company.explains("1")
    govern(company.folder, "bill", "reduce", "bill.csv", "-o", "bill.parquet")
    (verdict,) = company.asks("explain", "1", "bill.parquet")["verdicts"]
    assert verdict["parts"] == of_bill["parts"]
    assert (verdict["lines"], verdict["lines_omitted"]) == ([], 2)


def test_a_format_for_findings_makes_no_sense_of_an_explanation(company: Company) -> None:
    company.rules("{id: spend, title: S, per: api_key, limit: {billed_cost: 10 CNY}}")
    for words in (("check", "--explain", "1"), ("explain", "1")):
        done = govern(company.folder, *words, "no-such.csv", "-p", "p.yaml", "--format", "sarif")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith("this command has table, json, markdown\n")


def test_a_redacted_explanation_names_nobody_that_a_policy_asks_for(company: Company) -> None:
    company.rules(
        "{id: team, title: T, per: bill, where: {sub_account_id: '5555500000', owner: SecretTeam},"
        " limit: {billed_cost: 10 CNY}}"
    )
    mine, other = ({"资源归属账号ID": account} for account in ("5555500000", "6666600000"))
    bill(company.folder, charge("1", **other), charge("2", "9", **mine))
    (company.folder / "i.yaml").write_text(
        "schema: govern.inventory/v1\ncomplete: true\n"
        "api_keys: [{api_key_id: 9, owner: SecretWang, workspace_id: llm-a}]\n"
    )
    words = ("explain", "bill", "bill.csv", "--inventory", "i.yaml", "--evidence", "0")
    plain = json.dumps(company.asks(*words))
    redacted = json.dumps(company.asks(*words, "-o", "e.txt", "--redact"))
    for secret in ("SecretTeam", "SecretWang", "5555500000", "6666600000"):
        assert secret not in redacted + (company.folder / "e.txt").read_text()
        assert secret in plain


def test_a_redacted_explanation_shows_no_secret(company: Company) -> None:
    company.rules("{id: spend, title: S, per: account, limit: {billed_cost: 10 CNY}}")
    secret = "1234567890123456"
    bill(company.folder, charge("11", 资源购买账号ID=secret, 资源归属账号ID=secret))
    plain = company.asks("explain", secret, "bill.csv")["verdicts"][0]
    files = ("-o", "e.txt", "-o", "e.md", "--redact")
    redacted = company.asks("explain", secret, "bill.csv", *files)
    shown = [(company.folder / name).read_text() for name in ("e.txt", "e.md")]
    for text in (*shown, json.dumps(redacted)):
        assert secret not in text
        # Made of few words, it could be guessed back.
        assert plain["fingerprint"] not in text
