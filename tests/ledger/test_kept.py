"""Ledgers as files: what they can't tell, what is refused, and that they merge."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from bills import INSTANCE, bill, instance, keyed_lines, paid, row
from kept import both, keep, reduced, without_rows
from seeds import seeds

from govern.bill.exported import given
from govern.judge.audit.audit import audit
from govern.judge.audit.question import Question
from govern.judge.bill.summary import summarise
from govern.judge.check.check import Terms, check
from govern.judge.cost.cost import Question as Asked
from govern.judge.cost.cost import cost
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.ledger.salt import salt
from govern.model.audit import Audited
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.inventory import ApiKey, Inventory
from govern.model.report import CheckReport
from govern.policy.policies import load_policies

AS_OF = datetime(2026, 10, 5)
DAY = "2026-09-05"


def spent(hour: str, amount: str, key: str = "7") -> str:
    return paid(
        amount,
        账单日期=f"{DAY} {hour}:00",
        **{INSTANCE: instance(key)},
    )


def checked(folder: Path, file: Path, rule: str) -> CheckReport:
    policies = folder / "policies.yaml"
    policies.write_text(f"version: 1\npolicies:\n- {{id: p, title: t, per: api_key, {rule}}}\n")
    with read([str(file)], Reading()) as ledger:
        return check(ledger, load_policies([str(policies)]), Terms(AS_OF))


# -------------------------------------------------------------------------- an instant inside a day


@pytest.mark.parametrize(
    ("limit", "of_bill", "of_ledger"),
    [
        # 3 CNY before 10:00 and 4 after: 4 are above 3.5, and nobody can say so without the rows.
        ("3.5", "fail", "error"),
        # Above neither; but 7 in all would be.
        ("6", "pass", "error"),
        # 7 in all is not more than 7: whatever lies where, the policy passes.
        ("7", "pass", "pass"),
    ],
)
def test_a_ledger_says_what_an_instant_inside_a_day_leaves_undecided(
    tmp_path: Path, limit: str, of_bill: str, of_ledger: str
) -> None:
    path = bill(tmp_path, spent("09:00", "3"), spent("11:00", "4"))
    kept = reduced([path], tmp_path / "kept.parquet")
    rule = f"limit: {{billed_cost: {limit} CNY}}, from: 2026-09-05T10:00"
    assert checked(tmp_path, path, rule).policies[0].outcome == of_bill
    result = checked(tmp_path, kept, rule).policies[0]
    assert result.outcome == of_ledger
    if of_ledger == "error":
        assert "2 charges are not known exactly enough" in (result.message or "")
        assert "judge the bill itself" in (result.message or "")


def test_a_ledger_decides_what_no_instant_divides(tmp_path: Path) -> None:
    path = bill(tmp_path, spent("09:00", "3"), spent("11:00", "4", key="8"))
    kept = reduced([path], tmp_path / "kept.parquet")
    rule = "limit: {billed_cost: 3.5 CNY}, from: 2026-09-05T10:00"
    report = checked(tmp_path, kept, rule)
    assert [(one.subject.id, one.observed) for one in report.findings] == [("8", 4)]
    assert report.exit.cause == "findings"


def audited(file: Path, stop: str, *more: Path) -> dict[str, Audited]:
    at = ("7", Moment(datetime.fromisoformat(stop), BILL_CLOCK))
    with read([str(file), *map(str, more)], Reading()) as ledger:
        report = audit(ledger, Question(as_of=AS_OF, stopped_at=(at,)))
    return {str(one.api_key_id): one for one in report.keys}


def test_a_stop_inside_a_day_of_a_ledger_settles_and_asks_for_the_bill(tmp_path: Path) -> None:
    later = paid(
        "1", 账单日期="2026-09-20 12:00:00", 产品Code="ecs", 商品Code="ecs", 产品名称="ECS"
    )
    path = bill(tmp_path, spent("09:00", "3"), spent("11:00", "4"), later)
    kept = reduced([path], tmp_path / "kept.parquet")
    assert audited(path, f"{DAY} 10:00:00")["7"].state == "leaking"
    found = audited(kept, f"{DAY} 10:00:00")["7"]
    assert found.state == "settling"
    assert found.reason.startswith(
        "a ledger keeps the charges of 2026-09-05 as one sum, on both sides of the stop: "
        "the bill itself is needed"
    )
    assert audited(kept, f"{DAY} 11:30:00")["7"].state == "stopped"


def test_the_rate_of_a_divided_day_is_unknown_in_a_ledger(tmp_path: Path) -> None:
    """The bill reaches 11:00 on the 6th, so its last 24 hours divide the 5th."""
    path = bill(
        tmp_path,
        spent("09:00", "3"),
        spent("12:00", "4"),
        spent("11:00", "9").replace(DAY, "2026-09-06"),
    )
    kept = reduced([path], tmp_path / "kept.parquet")
    for file, rate in ((path, 4), (kept, None)):
        with read([str(file)], Reading()) as ledger:
            report = audit(ledger, Question(as_of=AS_OF))
        assert [one.per_day for one in report.keys[0].costs] == [rate]
        assert [one.per_day for one in report.run_rate] == ([4] if rate else [])


# ------------------------------------------------------------------------------- instants of export


def test_an_instant_of_export_keeps_its_zone(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    how = Reading(exported_at=given([f"{path}=2026-10-04T09:00:00+08:00"]))
    kept = reduced([path], tmp_path / "kept.parquet", how)
    tokyo = timezone(timedelta(hours=9))
    for clock, wall in ((BILL_CLOCK, "09:00"), (tokyo, "10:00")):
        with read([str(kept)], Reading(clock=clock)) as ledger:
            found = summarise(ledger, AS_OF).files[0].exported_at
        assert found and found.startswith(f"2026-10-04T{wall}:00+")


def test_a_name_tells_the_same_instant_of_a_ledger_as_of_its_bill(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), name="1234567-20261004090000_202609_x.csv")
    kept = reduced([path], tmp_path / "kept.parquet")
    for clock in (BILL_CLOCK, timezone(timedelta(hours=9))):
        told = []
        for file in (path, kept):
            with read([str(file)], Reading(clock=clock)) as ledger:
                told.append(summarise(ledger, AS_OF).files[0].exported_at)
        assert told[0] == told[1] is not None


def test_an_instant_of_export_for_a_ledger_is_refused(tmp_path: Path) -> None:
    kept = reduced([bill(tmp_path, paid("1"))], tmp_path / "kept.parquet")
    how = Reading(exported_at=given([f"{kept}=2026-10-04T09:00:00+08:00"]))
    with pytest.raises(GovernError) as refused, read([str(kept)], how):
        pass
    assert refused.value.cause == "usage"
    assert "give them to bill reduce" in str(refused.value)


# --------------------------------------------------------------------------- files that are no more


def changed(kept: Path, select: str = "*", **told: object) -> Path:
    """The ledger with other rows or another description, under the same name."""
    import duckdb

    connection = duckdb.connect()
    rows = connection.execute(
        f"SELECT decode(value) FROM parquet_kv_metadata('{kept}') WHERE decode(key) = 'govern'"
    ).fetchall()
    description = {**json.loads(rows[0][0]), **told}
    text = json.dumps(description).replace("'", "''")
    target = kept.with_name("changed.parquet")
    connection.execute(
        f"COPY (SELECT {select} FROM '{kept}') TO '{target}' "
        f"(FORMAT parquet, KV_METADATA {{govern: '{text}'}})"
    )
    return target


def refusal(path: Path) -> str:
    with pytest.raises(GovernError) as refused, read([str(path)], Reading()):
        pass
    assert refused.value.cause == "usage"
    return str(refused.value)


def test_a_ledger_that_govern_did_not_write_so_is_told(tmp_path: Path) -> None:
    kept = reduced([bill(tmp_path, paid("1"), paid("2"))], tmp_path / "kept.parquet")
    assert "a ledger of another version (govern.ledger/v9)" in refusal(
        changed(kept, format="govern.ledger/v9")
    )
    assert "other columns" in refusal(changed(kept, "*, 1 AS more"))
    assert "other columns" in refusal(changed(kept, "* EXCLUDE (usage)"))
    assert "other columns" in refusal(changed(kept, "* REPLACE (usage::DOUBLE AS usage)"))
    assert "a damaged ledger" in refusal(changed(kept, "* REPLACE (charges + 1 AS charges)"))
    assert "a damaged ledger" in refusal(changed(kept, "* REPLACE (file + 1 AS file)"))
    assert "a damaged ledger" in refusal(changed(kept, "* REPLACE (NULL::INTEGER AS file)"))
    assert "a damaged ledger" in refusal(changed(kept, files=[{"name": "x"}]))
    assert "a damaged ledger" in refusal(changed(kept, files=7))
    assert "reduce the bill again" in refusal(changed(kept, files=[]))


def test_a_truncated_ledger_is_told(tmp_path: Path) -> None:
    kept = reduced([bill(tmp_path, paid("1"), paid("2"))], tmp_path / "kept.parquet")
    whole = kept.read_bytes()
    for length in (len(whole) - 1, len(whole) // 2, 5):
        kept.write_bytes(whole[:length])
        assert "damaged Parquet data" in refusal(kept)


# ------------------------------------------------------------------------------------------ merging

SUMS = (
    "SELECT kind, api_key_id, workspace_id, month, first, last, billing_currency, unit, "
    "sum(billed_cost), sum(list_cost), sum(usage), sum(charges)::BIGINT FROM ledger "
    "GROUP BY ALL ORDER BY ALL"
)


@pytest.mark.parametrize("seed", seeds(2, 12))
def test_the_reduction_of_two_bills_is_the_merger_of_their_reductions(
    tmp_path: Path, seed: int
) -> None:
    """reduce(A + B) = merge(reduce A, reduce B), for bills that share no charge."""
    chance = random.Random(seed)
    lines = keyed_lines(60)
    days = [[one for one in lines if f"2026-09-0{day}" in one] for day in range(1, 4)]
    broken = [row(应付金额="1e99"), row(定价币种=""), row(账单日期="2026-99-01")]
    bills = []
    for number, part in enumerate(days):
        extra = chance.sample(broken, chance.randint(0, 2))
        bills.append(bill(tmp_path, *part, *extra, name=f"d{number}.csv"))
    one, other = bills[:2], bills[2:]
    kept = [
        reduced(part, tmp_path / f"{name}.parquet") for name, part in (("a", one), ("b", other))
    ]
    together = reduced(bills, tmp_path / "all.parquet")
    merged = reduced(kept, tmp_path / "merged.parquet")
    found = []
    for files in (bills, [together], kept, [merged]):
        with read(list(map(str, files)), Reading()) as ledger:
            told = without_rows(summarise(ledger, AS_OF).document())
            found.append((ledger.query(SUMS), told))
    assert found[0][0]
    assert found[1:] == found[:1] * 3


def test_ledgers_that_overlap_are_no_sum(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    kept = reduced([path], tmp_path / "kept.parquet")
    with read([str(path), str(kept)], Reading()) as ledger:
        assert "the rows of a kept ledger aren't here" in ledger.clashes[0]


# ------------------------------------------------------------------------------------- judged twice


def directory(owner: str) -> Directory:
    key = ApiKey(api_key_id="7", workspace_id="llm-a", owner=owner)
    return Directory((Inventory(None, "100", complete=True, api_keys=(key,)),))


def test_a_ledger_that_was_judged_before_is_judged_the_same(tmp_path: Path) -> None:
    path = bill(tmp_path, spent("09:00", "3"), spent("11:00", "4"), spent("12:00", "1", key="8"))
    policies = tmp_path / "policies.yaml"
    policies.write_text(
        "version: 1\npolicies:\n"
        "- {id: a, title: t, per: api_key, limit: {billed_cost: 3 CNY}, "
        "where: {owner: ann}, from: 2026-09-05T10:00}\n"
        "- {id: b, title: t, per: [owner], limit: {billed_cost: 6 CNY}}\n"
    )
    rules = load_policies([str(policies)])

    def by_check(ledger: Ledger, known: Directory) -> object:
        return check(ledger, rules, Terms(AS_OF, directory=known)).document()

    def by_cost(ledger: Ledger, known: Directory) -> object:
        return cost(ledger, Asked(AS_OF, by=("api_key_id",), directory=known)).document()

    def by_audit(ledger: Ledger, known: Directory) -> object:
        at = ("7", Moment(datetime(2026, 9, 5, 11), BILL_CLOCK))
        asked = Question(as_of=AS_OF, directory=known, stopped_at=(at,))
        return audit(ledger, asked).document()

    asked = [
        (judge, known)
        for judge in (by_check, by_cost, by_audit)
        for known in (directory("ann"), directory("bob"), Directory(()))
    ]
    alone = []
    for judge, known in asked:
        with read([str(path)], Reading()) as ledger:
            alone.append(judge(ledger, known))
    assert alone[0] != alone[1] != alone[2]
    for seed in range(3):
        order = random.Random(seed).sample(range(len(asked)), len(asked))
        with read([str(path)], Reading()) as ledger:
            secret = salt(ledger)
            for number in order:
                judge, known = asked[number]
                assert judge(ledger, known) == alone[number]
                assert salt(ledger) == secret


def test_what_is_written_of_a_ledger_is_as_it_was_read(tmp_path: Path) -> None:
    path = bill(tmp_path, spent("09:00", "3"), spent("11:00", "4"))
    with read([str(path)], Reading()) as ledger:
        first = keep(ledger, tmp_path / "1.parquet").read_bytes()
        at = ("7", Moment(datetime(2026, 9, 5, 10), BILL_CLOCK))
        audit(ledger, Question(as_of=AS_OF, stopped_at=(at,)))
        assert keep(ledger, tmp_path / "2.parquet").read_bytes() == first


def test_a_ledger_is_summed_up_as_its_bill(tmp_path: Path) -> None:
    path = bill(tmp_path, spent("09:00", "3"), row(应付金额="x"), spent("12:00", "1", key="8"))
    one, other = both([path], lambda ledger: cost(ledger, Asked(AS_OF, by=("api_key_id",))))
    assert without_rows(one.document()) == without_rows(other.document())
