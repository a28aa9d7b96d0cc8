"""``--redact`` of cost, audit and bill inspect: no secret in any byte of any format.

Every field that can hold an account, a name, an owner or a folder holds a word that is found
again wherever it stands.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from rich_bill import AS_OF, audited, costs, inspected

from govern.judge.audit import narrative as audit_narrative
from govern.judge.bill import inspect_narrative
from govern.judge.cost import narrative as cost_narrative
from govern.model.audit import After, SubjectCost
from govern.model.bill import BillSummary, Evidence, RejectedRow
from govern.model.cost import CostRow
from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.model.policy import Condition, Pattern
from govern.privacy.redact import redact
from govern.privacy.tokens import Tokens
from govern.report import FORMATS, fitting, offers
from govern.report.page import Page

PAYER = "1111222233334444"
OWNER_ACCOUNT = "5555666677778888"
UNSEEN_ACCOUNT = "9999000011112222"
EXPORT = f"secret-root/机密文件夹/{PAYER}-20261001093000_202609_consumedetailbillv2.csv"
#: Named in a text, but no file of the bill: an export of several parts.
PARTS = "secret-root/机密文件夹/other_202609.csv"

SECRETS = (
    *(PAYER, OWNER_ACCOUNT, UNSEEN_ACCOUNT),
    *("secret-root", "机密文件夹"),
    *("机密密钥", "SecretKeyName", "机密空间", "SecretSpace"),
    *("王机密", "secret.owner@example.com", "SecretTeam"),
    *("SecretAsked", "SecretWild", "5123456789", "SecretCell"),
)

LONG_CELL = "SecretCell " * 9


def bill() -> BillSummary:
    whole = audited().bill
    return replace(
        whole,
        files=(replace(whole.files[0], path=EXPORT),),
        rejects=(RejectedRow(EXPORT, 9, "应付金额", LONG_CELL, "not a number"),),
        empty=("secret-root/empty.csv",),
    )


WHY = Exit(
    "overlap",
    f"{EXPORT} and {PARTS}: the same key has other content, account {OWNER_ACCOUNT}, 机密密钥",
)
NOTES = (
    f"3 charges of {PARTS} changed in the later export {EXPORT}, which counts: 1 CNY",
    "Ask secret.owner@example.com, SecretTeam or 王机密 about 机密空间.",
    f"Something of UID {UNSEEN_ACCOUNT} that no field names.",
)


def cost_document() -> Document:
    by = ("owner", "sub_account_id", "billing_account_id", "api_key_name", "workspace_name")
    values = ("王机密", OWNER_ACCOUNT, PAYER, "机密密钥", "SecretSpace")
    row = CostRow(
        values=tuple(zip(by, values, strict=True)),
        currency="CNY",
        billed_cost=Decimal(1),
        list_cost=Decimal(1),
        charges=1,
        usage=(),
    )
    values = ("secret.owner@example.com", OWNER_ACCOUNT, PAYER, "SecretKeyName", "机密空间")
    mail = replace(row, values=tuple(zip(by, values, strict=True)))
    where = (
        Condition("owner", (Pattern("SecretAsked"), Pattern("SecretWild*"), Pattern("SecretTeam"))),
        Condition("sub_account_id", (Pattern("5123456789"),), True),
    )
    report = replace(
        costs("service"),
        bill=bill(),
        by=by,
        where=where,
        rows=(row, mail),
        totals=(CostRow((), "CNY", Decimal(2), Decimal(2), 2, ()),),
        exit=WHY,
        notes=(*NOTES, "Not in this bill: SecretAsked, 5123456789, SecretTeam."),
    )
    return cost_narrative.document(report)


def audit_document() -> Document:
    after = After("CNY", Decimal(1), 1, AS_OF)
    key = replace(
        audited().keys[0],
        api_key_name="机密密钥",
        workspace_name="机密空间",
        owner="王机密",
        sub_account_id=OWNER_ACCOUNT,
        reason=f"the bill holds nothing of {PAYER}; ask SecretTeam <secret.owner@example.com>",
        console=f"https://console.example/?accountId={OWNER_ACCOUNT}&uid={UNSEEN_ACCOUNT}#/SecretTeam",
        stop_source="journal of 王机密",
        costs=(SubjectCost("CNY", Decimal(1), None),),
        charges_after=(after,),
        evidence=(
            (Evidence(EXPORT, 3, f"ptu-{OWNER_ACCOUNT}-SecretTeam", Decimal(1)), AS_OF, "second"),
        ),
    )
    other = replace(key, api_key_name="SecretKeyName", owner="SecretTeam", workspace_name=None)
    workspace = replace(
        audited().workspaces[0], workspace_name="SecretSpace", owner="secret.owner@example.com"
    )
    told = f"{WHY.reason}; 1 key of SecretTeam is leaking"
    return audit_narrative.document(
        replace(
            audited(),
            bill=bill(),
            keys=(key, other),
            workspaces=(workspace,),
            exit=Exit("leaking", told),
            notes=NOTES,
        )
    )


def inspection_document() -> Document:
    found = inspected()
    told = Exit("overlap", f"{EXPORT} and {PARTS}: account {OWNER_ACCOUNT}")
    facts = {
        **found.facts,
        "columns": [{**found.facts["columns"][0], "path": EXPORT}],
        "overlaps": [told.reason],
        "unknown": {
            **found.facts["unknown"],
            "instance_ids": [
                {"instance_id": f"tag-{PAYER}-x", "service": "inference", "charges": 1}
            ],
        },
    }
    return inspect_narrative.document(
        replace(found, bill=bill(), facts=facts, exit=told, notes=NOTES[::2])
    )


#: What an inventory of the same run knows; the texts of a document may name it.
BESIDE = (
    {"api_keys": [{"api_key_id": "1", "name": "SecretKeyName", "owner": "SecretTeam"}]},
    {"account_id": OWNER_ACCOUNT, "workspaces": [{"name": "机密空间", "owner": "王机密"}]},
    {"path": [EXPORT]},
)

MAKE = {"cost": cost_document, "audit": audit_document, "bill": inspection_document}
PAIRS = [(kind, format) for kind, make in MAKE.items() for format in fitting(offers(make()))]


def bytes_of(format: str, document: Document, width: int = 160) -> str:
    return FORMATS[format].render(document, Page(width=width))


@pytest.mark.parametrize("width", [60, 160])
@pytest.mark.parametrize(("kind", "format"), PAIRS)
def test_no_format_shows_a_secret(kind: str, format: str, width: int) -> None:
    shown = bytes_of(format, redact(MAKE[kind](), b"salt", BESIDE), width)
    assert [secret for secret in SECRETS if secret in shown] == []


@pytest.mark.parametrize("kind", list(MAKE))
def test_the_reason_on_stderr_has_none_either(kind: str) -> None:
    reason = redact(MAKE[kind](), b"salt", BESIDE).exit.reason
    assert [secret for secret in SECRETS if secret in reason] == []
    assert "other_202609.csv" in reason


def test_the_secrets_of_these_tests_are_there_without_redaction() -> None:
    everything = "".join(bytes_of(format, MAKE[kind]()) for kind, format in PAIRS)
    assert [secret for secret in SECRETS if secret not in everything] == []


def test_what_is_needed_to_act_stays() -> None:
    payload = redact(audit_document(), b"salt", BESIDE).payload
    (key, _) = payload["keys"]
    assert (key["api_key_id"], key["workspace_id"]) == ("20001", "llm-研发")
    assert (key["state"], key["region_id"]) == ("leaking", "cn-beijing")
    assert key["costs"] == [{"currency": "CNY", "billed_cost": "1", "per_day": None}]
    assert key["evidence"][0]["line"] == 3
    assert key["evidence"][0]["path"].endswith("-20261001093000_202609_consumedetailbillv2.csv")
    assert key["console"].startswith("https://console.example/?accountId=acct-")


def test_an_asked_owner_has_the_token_of_the_row() -> None:
    report = replace(
        costs("owner"),
        where=(Condition("owner", (Pattern("韩梅梅"), Pattern(None), Pattern("*"))),),
    )
    payload = redact(cost_narrative.document(report), b"salt").payload
    asked, absent, anybody = payload["where"][0]["values"]
    assert asked in [row["owner"] for row in payload["rows"]]
    assert asked.startswith("owner-")
    assert (absent, anybody) == (None, "*")
    assert payload["by"] == ["owner"]


@pytest.mark.parametrize("field", ["sha256", "checklist_sha256", "plan_sha256", "head"])
def test_a_digest_is_no_account_however_many_digits_it_begins_with(field: str) -> None:
    digest = "12345678901234567890" + "ab" * 22
    document = replace(audit_document(), payload={"schema": "s", field: digest})
    assert redact(document, b"salt").payload[field] == digest
    # The same digits in any other field may be an account's.
    document = replace(audit_document(), payload={"schema": "s", "reason": digest})
    assert digest not in redact(document, b"salt").payload["reason"]


def test_the_columns_of_a_file_are_no_secret() -> None:
    payload = redact(inspection_document(), b"salt").payload
    assert payload["columns"][0]["fields"]["billing_account_id"] == "资源购买账号ID"
    assert payload["columns"][0]["path"].startswith("folder-")


@pytest.mark.parametrize("kind", list(MAKE))
def test_a_redacted_document_keeps_its_shape(kind: str) -> None:
    document = MAKE[kind]()
    redacted = redact(document, b"salt", BESIDE)
    assert set(redacted.payload) == {*document.payload, "redacted"}
    assert redacted.records is not None and document.records is not None
    assert [set(one) for one in redacted.records] == [set(one) for one in document.records]
    assert redacted.sheet is not None and document.sheet is not None
    before, after = document.sheet(document), redacted.sheet(redacted)
    assert after.columns == before.columns
    assert json.loads(bytes_of("json", redacted)) == redacted.payload
    for plain, shown in zip(before.rows, after.rows, strict=True):
        numbers = [(one, other) for one, other in zip(plain, shown, strict=True) if one != other]
        assert all(isinstance(one, str) for one, _ in numbers)


def tokens_of(kind: str, *words: str) -> Tokens:
    tokens = Tokens(b"salt", frozenset({"app"}))
    for word in words:
        tokens.learn(kind, word)
    return tokens


@pytest.mark.parametrize("cut", ["… SecretTe…", "… Secr…", "(Se…"])
def test_the_beginning_of_a_name_that_was_cut_off_is_left_out(cut: str) -> None:
    shown = tokens_of("owner", "SecretTeam").text(cut)
    assert "Se" not in shown
    assert shown.endswith("…")


def test_a_cut_cell_is_known_by_its_beginning() -> None:
    tokens = Tokens(b"salt")
    tokens.learn_whole("text", LONG_CELL)
    assert tokens.text(LONG_CELL[:40] + "…") == tokens.token("text", LONG_CELL)


def test_a_key_that_is_named_like_a_channel_is_told_from_it() -> None:
    tokens = tokens_of("name", "app")
    name = tokens.token("name", "app")
    assert tokens.text("API key 1 (app) in llm-a; 1;llm-a;qwen;input_token;app;0") == (
        f"API key 1 ({name}) in llm-a; 1;llm-a;qwen;input_token;app;0"
    )


def test_a_name_of_a_few_digits_is_told_from_amounts() -> None:
    tokens = tokens_of("name", "2024")
    assert tokens.text("API key 7 (2024) cost 2024 CNY") == (
        f"API key 7 ({tokens.token('name', '2024')}) cost 2024 CNY"
    )


def test_a_long_number_is_an_account_but_decimals_are_an_amount() -> None:
    tokens = Tokens(b"salt")
    account = tokens.token("acct", UNSEEN_ACCOUNT)
    assert tokens.text(f"UID {UNSEEN_ACCOUNT}, 0.123456789012345 CNY") == (
        f"UID {account}, 0.123456789012345 CNY"
    )


def test_another_file_of_a_known_folder_shows_no_folder() -> None:
    tokens = Tokens(b"salt")
    tokens.learn_path("团队/bills/a.csv")
    assert tokens.text("see 团队/bills/b.csv") == (
        f"see {tokens.token('folder', '团队')}/{tokens.token('folder', 'bills')}/b.csv"
    )


def test_a_name_that_closed_words_share_leaves_them_alone() -> None:
    rows = [{"owner": "batch", "service": "batch", "currency": "CNY"}]
    document = Document(
        {"schema": "govern.cost/v1", "rows": rows},
        lambda: [Section("x")],
        Exit("clean", ""),
        records=rows,
    )
    (row,) = redact(document, b"salt").payload["rows"]
    assert row["service"] == "batch"
    assert row["owner"].startswith("owner-")


def test_instants_and_money_are_never_replaced() -> None:
    moment = datetime(2026, 9, 30)
    key = replace(
        audited().keys[0], owner="2026-09-30 00:00:00", first_charge=moment, stopped_at=moment
    )
    redacted = redact(audit_narrative.document(replace(audited(), keys=(key,))), b"salt")
    assert redacted.payload["keys"][0]["first_charge"] == "2026-09-30T00:00:00+08:00"
    assert redacted.payload["keys"][0]["owner"].startswith("owner-")
