"""``idle_days``: what the inventory lists and nobody uses, as far as the bill shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from measuring import charge, ended, judged

from govern.model.report import CheckReport

RULE = "per: api_key, limit: {idle_days: 10}, where: {charge_category: usage}, stop: disable_key"
#: Two days before, every charge had arrived: the bill shows all up to 28 September, 12:00.
EXPORTED = "2026-09-30T12:00"
USED = charge("1", "2026-09-27", key="used")
LONG_AGO = charge("1", "2026-09-17", key="old")


def inventory(*keys: str, complete: str = "true") -> str:
    lines = [f"  - {{workspace_id: llm-a, {key}}}" for key in keys]
    head = f'schema: govern.inventory/v1\naccount_id: "100"\ncomplete: {complete}\nregions: []\n'
    return head + "api_keys:\n" + "\n".join(lines) + "\n"


def found(report: CheckReport) -> list[tuple[str | None, int]]:
    return sorted((one.subject.id or "", int(one.observed)) for one in report.findings)


def listed(*ids: str, **more: str) -> str:
    told = "".join(f", {name}: {value}" for name, value in more.items())
    return inventory(*(f"api_key_id: {id}{told}" for id in ids))


def test_a_key_is_idle_after_whole_days_without_a_charge_of_its_own(tmp_path: Path) -> None:
    # The 17th is over at the 18th: ten days and a half up to the 28th at noon. From the 16th: 11.
    older = charge("1", "2026-09-16", key="older")
    report = judged(
        tmp_path, RULE, USED, LONG_AGO, older,
        exported=EXPORTED, inventory=listed("used", "old", "older"),
    )  # fmt: skip
    assert found(report) == [("older", 11)]
    (finding,) = report.findings
    assert finding.message == (
        "API key older in llm-a has had no charge for 11 days, since 2026-09-17 00:00, "
        "above the limit of 10 days"
    )
    assert (finding.unit, finding.every, finding.charges) == ("days", "total", 1)
    assert (finding.stop, finding.subject.workspace_id) == ("disable_key", "llm-a")


def test_a_key_without_any_charge_is_idle_since_the_bill_begins_at_least(tmp_path: Path) -> None:
    report = judged(tmp_path, RULE, USED, exported=EXPORTED, inventory=listed("used", "never"))
    assert found(report) == [("never", 27)]
    (finding,) = report.findings
    assert (finding.charges, finding.first_charge, finding.costs) == (0, None, ())
    assert "since 2026-09-01 00:00 at least" in finding.message
    # For how long before that, the bill can't tell.
    report = judged(
        tmp_path, RULE.replace("10", "30"), USED,
        exported=EXPORTED, inventory=listed("used", "never"),
    )  # fmt: skip
    assert ended(report) == (
        "error",
        "needs a longer bill: the bill begins on 2026-09-01, after that: add the earlier months",
    )


def test_a_key_that_was_made_lately_is_not_idle_yet(tmp_path: Path) -> None:
    # Ten days and a half up to the 28th at noon, and eleven and a half.
    keys = inventory(
        "api_key_id: new, created_at: 2026-09-18", "api_key_id: older, created_at: 2026-09-17"
    )
    report = judged(tmp_path, RULE, USED, exported=EXPORTED, inventory=keys)
    assert found(report) == [("older", 11)]


def test_what_is_disabled_or_gone_is_not_idle(tmp_path: Path) -> None:
    keys = inventory("api_key_id: never, disabled: true", "api_key_id: gone, gone_at: 2026-09-02")
    report = judged(tmp_path, RULE, USED, exported=EXPORTED, inventory=keys)
    assert ended(report)[0] == "pass"


@pytest.mark.parametrize(
    ("rows", "keys", "why"),
    [
        ((USED,), None, "needs an inventory for idle_days, and none was given (--inventory)"),
        ((USED,), inventory("api_key_id: used", complete="false"), "doesn't show everything"),
        ((USED,), listed("used").replace('"100"', '"200"'), "holds nothing of account 200"),
        ((charge("1", "2026-07-01", key="old"), USED), listed("old"), "the bill misses 2026-08"),
        # It could be the old key's, and then that would be idle for ten days only.
        ((USED, charge("1", "2026-09-16", key="old"), charge("1", "2026-09-17", ids="?")),
         listed("old"), "charges that could be of any key"),
    ],
)  # fmt: skip
def test_idleness_that_nothing_proves_is_an_error(
    tmp_path: Path, rows: tuple[str, ...], keys: str | None, why: str
) -> None:
    outcome, message = ended(judged(tmp_path, RULE, *rows, exported=EXPORTED, inventory=keys))
    assert outcome == "error"
    assert message is not None and why in message


def test_where_picks_keys_by_what_the_inventory_knows_of_them(tmp_path: Path) -> None:
    rule = RULE.replace("where: {", "where: {owner: lin, ")
    keys = inventory("api_key_id: a, owner: lin", "api_key_id: b, owner: sun")
    report = judged(tmp_path, rule, USED, exported=EXPORTED, inventory=keys)
    assert found(report) == [("a", 27)]


def test_a_workspace_is_idle_like_a_key(tmp_path: Path) -> None:
    workspaces = listed("used") + "workspaces: [{workspace_id: llm-a}, {workspace_id: llm-b}]\n"
    rule = RULE.replace("api_key", "workspace").replace("disable_key", "ask")
    report = judged(tmp_path, rule, USED, exported=EXPORTED, inventory=workspaces)
    assert found(report) == [("llm-b", 27)]
