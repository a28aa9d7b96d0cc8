"""``--redact``: one account has one token in every report on a bill, whatever the command does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import commandline
from bills import bill, row

from govern.ledger.divide import divide
from govern.ledger.naming import name
from govern.ledger.reading import Reading, read
from govern.ledger.salt import salt
from govern.model.clock import BILL_CLOCK, parse_moment
from govern.model.directory import Directory
from govern.model.inventory import ApiKey, Inventory

ACCOUNT = "1111222233334444"
EXPORT = f"{ACCOUNT}-20260915000000_202609_bill.csv"
OWN = {"资源购买账号ID": ACCOUNT, "资源归属账号ID": ACCOUNT}


def rows(*amounts: str) -> list[str]:
    return [
        row(**OWN, 账单日期=f"2026-09-05 1{at}:00:00", 应付金额=amount)
        for at, amount in enumerate(amounts)
    ]


def govern(folder: Path, *words: str) -> str:
    done = commandline.govern(folder, *words)
    assert done.returncode in (0, 1, 6), done.stderr
    return done.stdout


def test_check_cost_audit_and_verify_give_an_account_one_token(tmp_path: Path) -> None:
    bill(tmp_path, *rows("1.5", "2", "4"), name=EXPORT)
    key = {"api_key_id": "12345", "name": "chat", "workspace_id": "llm-a"}
    seen = {
        "schema": "govern.inventory/v1",
        "collected_at": "2026-09-06T00:00:00+08:00",
        "account_id": ACCOUNT,
        "complete": True,
        "api_keys": [{**key, "owner": "lin", "disabled_at": "2026-09-05T11:30:00+08:00"}],
    }
    (tmp_path / "seen.json").write_text(json.dumps(seen))
    rule = "per: account, from: 2026-09-05T11:30:00+08:00, forbid: charges"
    (tmp_path / "p.yaml").write_text(f"version: 1\npolicies:\n  - {{id: p, title: t, {rule}}}\n")
    govern(tmp_path, "checklist", EXPORT, "--retire", "all", "-o", "c.yaml", "-q")
    shown = [EXPORT, "--redact", "--format", "json", "--as-of", "2026-09-20"]
    named = [*shown, "--inventory", "seen.json"]
    reports = {
        "check": govern(tmp_path, "check", *shown, "-p", "p.yaml"),
        "check with names": govern(tmp_path, "check", *named, "-p", "p.yaml"),
        "cost": govern(tmp_path, "cost", *named, "--by", "owner,sub_account_id"),
        "audit": govern(tmp_path, "audit", *shown, "--stopped-at", "12345=2026-09-05T11:30:00"),
        "audit with names": govern(tmp_path, "audit", *named),
        "verify": govern(tmp_path, "verify", "c.yaml", *named),
    }
    tokens = {which: set(re.findall(r"acct-[0-9a-f]+", text)) for which, text in reports.items()}
    assert len(set.union(*tokens.values())) == 1, tokens
    assert all(tokens.values()), tokens
    assert not any(ACCOUNT in text for text in reports.values())


def test_neither_dividing_nor_naming_changes_it(tmp_path: Path) -> None:
    path = bill(tmp_path, *rows("1.5", "2", "4"))
    with read([str(path)], Reading()) as ledger:
        before = salt(ledger)
        divide(ledger, [parse_moment("2026-09-05T11:30:00").on(BILL_CLOCK)])
        divided = salt(ledger)
        key = ApiKey("12345", "chat", "llm-a", "cn-beijing", "lin")
        name(ledger, Directory([Inventory(None, ACCOUNT, True, api_keys=(key,))]))
        assert [divided, salt(ledger)] == [before, before]


def test_who_knows_each_column_but_not_the_rows_doesn_t_know_it(tmp_path: Path) -> None:
    """Two bills whose columns hold the same values, in other rows."""
    found = set()
    for at, keys in enumerate(("12", "21")):
        lines = [
            row(**OWN, 应付金额=amount, **{"资产/资源实例ID": f"{key};llm-a;q;output_token;app;0"})
            for key, amount in zip(keys, ("1", "2"), strict=True)
        ]
        with read([str(bill(tmp_path, *lines, name=f"{at}.csv"))], Reading()) as ledger:
            found.add(salt(ledger))
    assert len(found) == 2
