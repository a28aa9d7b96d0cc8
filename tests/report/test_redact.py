"""``--redact``: nobody outside reads accounts, names, owners and folders; the rest stays exact."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rich import ACCOUNT, BILL, FINDINGS, OTHER_ACCOUNT, POLICIES, REPORT, rich

from govern.judge.check.narrative import document
from govern.model.document import Document
from govern.model.exits import Exit
from govern.model.finding import Subject
from govern.privacy.redact import redact
from govern.privacy.tokens import Tokens
from govern.report import FORMATS
from govern.report.page import Page

SECRETS = (
    ACCOUNT,
    OTHER_ACCOUNT,
    "王小明",
    "研发部",
    "finops@example.com",
    "hanmeimei",
    "李雷",
    "财务部",
    "账单",
    "九月",
    "policies/",
    "bills/",
    "十二元",
    "llm-gone",
)


def text_of(format: str, document: Document) -> str:
    return FORMATS[format].render(document, Page(width=160))


@pytest.mark.parametrize("format", list(FORMATS))
def test_no_format_shows_a_secret(format: str) -> None:
    shown = text_of(format, redact(rich(), b"salt"))
    left = [secret for secret in SECRETS if secret in shown]
    assert left == []


def test_the_secrets_of_these_tests_are_there_without_redaction() -> None:
    everything = "".join(text_of(format, rich()) for format in FORMATS)
    assert [secret for secret in SECRETS if secret not in everything] == []


def test_what_is_needed_to_act_stays() -> None:
    payload = redact(rich(), b"salt").payload
    (spend,) = [one for one in payload["findings"] if one["subject"].get("id") == "20001"]
    assert spend["subject"]["workspace_id"] == "llm-研发"
    assert (spend["observed"], spend["limit"], spend["unit"]) == ("512.3", "500", "CNY")
    assert spend["evidence"][0]["line"] == 17
    assert spend["policy"] == "max-spend-per-key"
    assert payload["exit"] == rich().payload["exit"]
    assert payload["bill"]["totals"] == rich().payload["bill"]["totals"]
    assert payload["redacted"] is True


def test_a_value_has_the_same_token_in_every_format() -> None:
    redacted = redact(rich(), b"salt")
    token = redacted.payload["findings"][4]["subject"]["id"]
    assert token.startswith("acct-")
    for format in FORMATS:
        assert token in text_of(format, redacted)
    assert redacted.payload["findings"][4]["subject"]["sub_account_id"] == token


def test_a_file_name_keeps_all_but_its_account() -> None:
    redacted = redact(rich(), b"salt").payload["bill"]["files"][0]["path"]
    folders, name = redacted.rsplit("/", 1)
    assert all(part.startswith("folder-") for part in folders.split("/"))
    assert name.startswith("acct-")
    assert name.endswith("-20261001093000_202609_consumedetailbillv2.csv")


def test_tokens_depend_on_the_salt_only() -> None:
    once, again = redact(rich(), b"salt"), redact(rich(), b"salt")
    other = redact(rich(), b"other")
    assert text_of("json", once) == text_of("json", again)
    assert once.payload["findings"][1]["subject"] != other.payload["findings"][1]["subject"]


def test_a_fingerprint_does_not_betray_an_account() -> None:
    plain = [one["fingerprint"] for one in rich().payload["findings"]]
    redacted = redact(rich(), b"salt")
    shown = [one["fingerprint"] for one in redacted.payload["findings"]]
    assert shown == [one.fingerprint for one in redacted.findings or ()]
    of_accounts = [0, 1, 2, 3, 4, 5]
    changed = [at for at in of_accounts if plain[at] != shown[at]]
    # Key and account findings are about an account; workspace and bill are not.
    assert changed == [1, 2, 4]


def test_the_reason_of_an_error_names_no_folder() -> None:
    why = Exit("overlap", f"{BILL}: the same key has other content")
    redacted = redact(document(replace(REPORT, findings=(), exit=why)), b"salt")
    assert redacted.exit.code == 4
    assert "账单" not in redacted.exit.reason
    assert ACCOUNT not in redacted.exit.reason
    assert "20261001093000_202609_consumedetailbillv2.csv: the same key" in redacted.exit.reason


def test_a_subject_of_columns_is_redacted_part_by_part() -> None:
    subject = Subject("columns", (("owner", "alice"), ("model", "qwen-max")))
    finding = replace(FINDINGS[1], subject=subject, message=subject.text)
    redacted = redact(document(replace(REPORT, findings=(finding,))), b"salt")
    (shown,) = redacted.payload["findings"]
    token = shown["subject"]["columns"]["owner"]
    assert token.startswith("owner-")
    assert shown["subject"]["id"] == f"{token};qwen-max"
    assert shown["message"] == f"owner {token}, model qwen-max"


def test_a_short_account_number_changes_no_amount() -> None:
    subject = Subject("account", (("sub_account_id", "100"),), sub_account_id="100")
    message = "account 100 cost 512.3 CNY, more than 100"
    finding = replace(FINDINGS[1], subject=subject, message=message, limit=FINDINGS[5].limit)
    redacted = redact(document(replace(REPORT, findings=(finding,))), b"salt")
    (shown,) = redacted.payload["findings"]
    token = shown["subject"]["id"]
    assert token.startswith("acct-")
    assert shown["message"] == f"account {token} cost 512.3 CNY, more than 100"
    assert shown["limit"] == "100"


def test_a_literal_that_matches_nothing_may_be_anybody() -> None:
    unsure = replace(POLICIES[2], unmatched=("bob.smith", "assistant-api"))
    redacted = redact(document(replace(REPORT, policies=(unsure,))), b"salt")
    literal, public = redacted.payload["policies"][0]["unmatched"]
    assert literal.startswith("literal-")
    assert public == "assistant-api"
    assert f"not in this bill: {literal}, assistant-api" in text_of("table", redacted)


def test_short_words_are_replaced_only_by_themselves() -> None:
    tokens = Tokens(b"salt")
    tokens.learn("owner", "ann")
    assert tokens.text("annual plan of ann, planned") == (
        f"annual plan of {tokens.token('owner', 'ann')}, planned"
    )


def test_chinese_names_are_found_inside_a_sentence() -> None:
    tokens = Tokens(b"salt")
    tokens.learn("name", "张三")
    assert tokens.text("密钥张三的") == f"密钥{tokens.token('name', '张三')}的"


def test_the_longest_word_wins() -> None:
    tokens = Tokens(b"salt")
    tokens.learn("owner", "team-a")
    tokens.learn("name", "team-a-prod-key")
    assert tokens.text("team-a-prod-key") == tokens.token("name", "team-a-prod-key")


def test_a_mail_address_is_an_owner_even_where_nobody_said_so() -> None:
    assert Tokens(b"salt").text("ask me.too@example.com now") == (
        f"ask {Tokens(b'salt').token('owner', 'me.too@example.com')} now"
    )


def test_the_redacted_report_is_still_a_check_report() -> None:
    plain, shown = rich().payload, redact(rich(), b"salt").payload
    assert set(shown) == {*plain, "redacted"}
    for before, after in zip(plain["findings"], shown["findings"], strict=True):
        assert before.keys() == after.keys()
    assert json.loads(text_of("json", redact(rich(), b"salt"))) == shown


@pytest.mark.parametrize("format", ["sarif", "github", "gitlab", "junit", "json"])
def test_policies_inside_the_repository_keep_their_place(format: str) -> None:
    """Else no CI service finds the line that it annotates; bills and people stay hidden."""
    told = text_of(format, redact(rich(), b"salt", folder="/work/repository"))
    assert "policies/retired.yaml" in told
    left = [secret for secret in SECRETS if secret in told and secret != "policies/"]
    assert left == []


def with_policies_in(file: str, folder: str) -> Document:
    policies = tuple(replace(policy, file=file) for policy in REPORT.policies)
    findings = tuple(replace(finding, policy_file=file) for finding in REPORT.findings)
    report = replace(REPORT, policies=policies, findings=findings)
    return redact(document(report), b"salt", folder=folder)


@pytest.mark.parametrize(
    ("file", "hidden"),
    [
        ("../policies/retired.yaml", "policies"),
        ("/srv/acme/retired.yaml", "acme"),
        (f"policies/{ACCOUNT}/retired.yaml", ACCOUNT),
    ],
)
def test_policies_elsewhere_or_in_a_folder_named_after_somebody_show_none(
    file: str, hidden: str
) -> None:
    payload = with_policies_in(file, "/work").payload
    assert all(hidden not in finding["policy_file"] for finding in payload["findings"])


def test_an_absolute_path_inside_is_told_from_the_folder_on() -> None:
    payload = with_policies_in("/home/lin/work/policies/a.yaml", "/home/lin/work").payload
    assert {finding["policy_file"] for finding in payload["findings"]} == {"policies/a.yaml"}
