"""Hand-worked examples that keep the oracle itself honest; none of this touches `govern`."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .bill import (
    WHERE_COLUMNS,
    Charge,
    OtherRow,
    parse_instance_id,
    read_bill,
    read_category,
    read_number,
    read_region,
    read_row,
    read_time,
    read_unit,
    totals,
    totals_rows_agree,
)
from .build import (
    SHAPES,
    TAUGHT_CANONICAL,
    charges_of,
    dump_policies,
    random_policies,
    random_quirks,
    random_rows,
    write_bill,
)
from .judge import Result, judge, load_policies, pattern_matches, place, plain, read_instant


def cells(instance_id: str, cost: str, time: str, **other: str) -> dict[str, str]:
    return {
        "billing_account_id": "100",
        "sub_account_id": "100",
        "billing_month": time[:7],
        "start_time": time,
        "category": "PayAsYouGoBill",
        "product_code": "sfm",
        "product_name": "Alibaba Cloud Model Studio",
        "commodity_code": "sfm_inference_public_cn",
        "product_detail": "",
        "instance_id": instance_id,
        "region_name": "China (Beijing)",
        "billing_item": "text",
        "usage": "2",
        "usage_unit": "千tokens",
        "list_cost": cost,
        "payable": cost,
        "currency": "CNY",
        **other,
    }


def charge(instance_id: str, cost: str, time: str = "2026-09-15", **other: str) -> Charge:
    read = read_row(cells(instance_id, cost, time, **other))
    assert isinstance(read, Charge)
    return read


def key(name: str, workspace: str = "llm-a", channel: str = "app") -> str:
    return f"{name};{workspace};qwen-max;output_token;{channel};0"


def verdict(charges: list[Charge], text: str) -> Result:
    """`text`: the policy without id and title, as a flow mapping."""
    source = f"version: 1\npolicies:\n- {{id: p, title: t, {text}}}\n"
    return judge(charges, load_policies(source))[0]


# ----------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # (key, workspace, model, meter, tier, channel, flag)
        # facts L3: six parts
        (
            "12xxx;llm-xxx;qwen3.5-plus;context_0-128k_input_token;bmp;0",
            ("12xxx", "llm-xxx", "qwen3.5-plus", "input_token", "0-128k", "bmp", "0"),
        ),
        # L3b: the key is there and empty
        (
            ";llm-xxx;qwen-max;output_token;app;0",
            ("", "llm-xxx", "qwen-max", "output_token", None, "app", "0"),
        ),
        # L1: a billing type, so no key is carried
        (
            "text_token;llm-xxx;qwen-max;output_token;app",
            (None, "llm-xxx", "qwen-max", "output_token", None, "app", None),
        ),
        # L2
        (
            "12xxx;llm-xxx;qwen-max;output_token;app",
            ("12xxx", "llm-xxx", "qwen-max", "output_token", None, "app", None),
        ),
        # L4: no channel
        (
            ";llm-33cfnl3dvbcx0dir;qwen-audio-3.1-tts-flash;tts_output_token;0",
            (
                "",
                "llm-33cfnl3dvbcx0dir",
                "qwen-audio-3.1-tts-flash",
                "tts_output_token",
                None,
                None,
                "0",
            ),
        ),
        # L5
        ("ws-demo!cn-beijing!training-job", (None, "ws-demo", None, None, None, None, None)),
        # L6: of seven parts the resolution is taken out first
        (
            "7;ws-a;wan;720P;video_ratio;app;1",
            ("7", "ws-a", "wan", "video_ratio", None, "app", "1"),
        ),
        # of six only beside a billing type, else it is the meter
        ("7;ws-a;wan;video_ratio;720P;1", ("7", "ws-a", "wan", "video_ratio", None, None, "1")),
        (";ws-a;wan;1080P;bmp;0", ("", "ws-a", "wan", "1080P", None, "bmp", "0")),
        ("7;ws-a;wan;720P;;0", ("7", "ws-a", "wan", "720P", None, "", "0")),
        # five parts, the channel there and empty
        ("7;ws-a;m;x;", ("7", "ws-a", "m", "x", None, "", None)),
        # no known layout
        ("", None),
        ("i-123", None),
        ("7;default;m;x;app;0", None),
        ("7;ws-a;m;x;app;2", None),
        ("7;ws-a;m;x;app;0;more", None),
        ("7;ws-a;m;x", None),
        ("a!b!c", None),
    ],
)
def test_instance_id(text: str, expected: tuple[str | None, ...] | None) -> None:
    parts = parse_instance_id(text)
    if expected is None:
        assert parts is None
        return
    assert parts is not None
    assert (
        parts.api_key_id, parts.workspace_id, parts.model, parts.meter, parts.tier, parts.channel,
        parts.free_quota_stop,
    ) == expected  # fmt: skip


def test_cells() -> None:
    assert read_number("1,234.50") == Decimal("1234.5")
    assert read_number("¥-0.05") == Decimal("-0.05")
    assert read_number("1E-7") == Decimal("0.0000001")
    assert read_number("12345678901234567890.1234567890") == Decimal(
        "12345678901234567890.123456789"
    )
    for bad in ("", "abc", "1.2.3", "--", "NaN", "1,2", "e5", "."):
        assert read_number(bad) is None
    assert read_unit("千tokens") == ("tokens", 1000)
    assert read_unit("KTokens") == ("tokens", 1000)
    assert read_unit("Token") == ("tokens", 1)
    assert read_unit("万字") == ("characters", 10000)
    assert read_unit("个") == ("个", 1)
    assert read_region("华北2（北京）") == read_region("China (Beijing)") == "cn-beijing"
    assert read_region("新加坡") == "ap-southeast-1"
    assert read_region("Mars") == "Mars"
    for text, category in (
        ("云资源按量费用", "usage"),
        ("订阅预付费用", "purchase"),
        ("SubscriptionOrder", "purchase"),
        ("订阅退订费用", "adjustment"),
        ("Refund", "adjustment"),
        ("抹零费用", "adjustment"),
        ("佣金费用", "adjustment"),
        ("Tax", "tax"),
        ("???", "usage"),
    ):
        assert read_category(text) == category
    minute = read_time("2026-09-01 10:15")
    assert minute is not None
    assert minute[1].isoformat() == "2026-09-01T10:16:00+08:00"
    exact = read_time("2026-09-01 10:15:00")
    assert exact is not None and exact[0] == exact[1]
    assert read_time("2026-02-30") is None
    assert plain(Decimal("512.300")) == "512.3"
    assert plain(Decimal("-0.00")) == "0"
    assert plain(Decimal("1E-7")) == "0.0000001"
    assert plain(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize(
    ("code", "detail", "instance_id", "service"),
    [
        ("sfm_inference_public_cn", "", key("1"), "inference"),
        ("sfm_inferenceHH_public_cn", "", key("1"), "inference"),
        ("sfm_inference_public_cn", "", "1;llm-a;m;input_token_batch_chat;app;0", "batch"),
        ("sfm_training_public_cn", "", "llm-a!cn-beijing!job", "training"),
        ("sfm_deployment_public_cn", "", "x", "deployment"),
        ("sfm_codingplan_public_intl", "", "", "coding_plan"),
        ("sfm_tokenplanteams_dp_cn", "", "", "token_plan"),
        ("sfm_llminference_spn_public_cn", "", "", "savings_plan"),
        ("sfm_llminference_dp2_cn", "", "", "resource_pack"),
        ("sfm_who_knows_cn", "百炼大模型推理", key("1"), "inference"),
        ("sfm_who_knows_cn", "?", key("1"), "inference"),
        ("", "", "1;llm-a;m;input_token_batch_chat;app;0", "batch"),
        ("", "", "llm-a!cn-beijing!job", "other"),
        ("sfm_who_knows_cn", "?", "i-1", "other"),
    ],
)
def test_service(code: str, detail: str, instance_id: str, service: str) -> None:
    read = charge(instance_id, "1", commodity_code=code, product_detail=detail)
    assert read.service == service


def test_model_studio_rows() -> None:
    other = {"product_code": "ecs", "commodity_code": "ecs", "product_name": "ECS"}
    assert isinstance(read_row(cells("i-1", "1", "2026-09-01", **other)), OtherRow)
    for belongs in (
        {"product_code": "sfm"},
        {"commodity_code": "sfm_x"},
        {"product_name": "大模型服务平台百炼"},
    ):
        assert isinstance(read_row(cells("i-1", "1", "2026-09-01", **{**other, **belongs})), Charge)


def test_file_with_everything(tmp_path: Path) -> None:
    header = (
        "资源购买账号ID,资源归属账号ID,账单月份,账单日期,费用类型,产品Code,产品名称,商品Code,"
        "实例 ID（出账粒度）,实例标签,地域,用量,用量单位,目录总价,应付金额,定价币种"
    )
    front = "100\t,200,2026-09,2026-09-15,云资源按量费用"
    text = "\r\n".join(
        [
            "",  # line 1 is empty
            header,  # 2
            # lines 3 and 4
            f'{front},sfm,百炼,sfm_inference_public_cn,{key("1")}\t,"a\r\nb",新加坡,1,张,3,2.5,CNY',
            f"{front},ecs,ECS,ecs,i-1,,x,,,,1,CNY",  # 5: another product
            f"{front},sfm,百炼,sfm_x,{key('1')},,x,,,,abc,CNY",  # 6: no amount
            f"{front},sfm,百炼,sfm_x,{key('1')},,x,,,,7,",  # 7: no currency
            f"{front},sfm,百炼,sfm_x,,,x,,,,0.25,CNY",  # 8: no layout
            f"{front},sfm,百炼",  # 9: field count
            "100,200,,2026-09-31,x,sfm,百炼,sfm_x,,,x,,,,4,CNY",  # 10: no such day
            "合计,,,,,,,,,,,,,,7.75,CNY",  # 11: 2.5 + 1 + 0.25 + 4
        ]
    )
    path = tmp_path / "b.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    bill = read_bill(path)
    assert bill.shape == "detail-zh"
    assert bill.billed_cost_column == "应付金额"
    assert [(c.line, c.billed_cost, c.parsed) for c in bill.charges] == [
        (3, Decimal("2.5"), True),
        (8, Decimal("0.25"), False),
    ]
    first = bill.charges[0]
    assert (first.billing_account_id, first.sub_account_id) == ("100", "200")
    assert (first.region_id, first.unit, first.width) == ("ap-southeast-1", "images", "day")
    assert first.instance_id == key("1")
    assert first.billing_item is None  # the file has no such column
    assert [row.line for row in bill.others] == [5]
    assert [(r.line, r.column, r.kind) for r in bill.rejects] == [
        (6, "应付金额", "amount"),
        (7, "定价币种", "currency"),
        (9, None, "fields"),
        (10, "账单日期", "date"),
    ]
    assert bill.rows == 8
    assert totals_rows_agree(bill)
    (total,) = totals(bill)
    assert (total.billed_cost, total.other_cost, total.unparsed_cost) == (
        Decimal("2.75"), Decimal(1), Decimal("0.25"),
    )  # fmt: skip
    assert total.rejected_cost is None


# ----------------------------------------------------------------------------------------- judging


def test_patterns() -> None:
    assert pattern_matches("qwen-turbo*", "qwen-turbo")
    assert pattern_matches("q?en", "qwen")
    assert not pattern_matches("Qwen", "qwen")
    assert not pattern_matches("*", None) and not pattern_matches("*", "")
    assert pattern_matches("", "") and not pattern_matches("", None)
    assert pattern_matches("none", None) and not pattern_matches("none", "")
    assert not pattern_matches("[a]", "a")


def test_where() -> None:
    charges = [
        charge(key("1"), "1"),
        charge(key("2", channel="bmp"), "1"),
        charge(key(""), "1"),
        charge("text_token;llm-a;qwen-max;output_token;app", "1"),
        charge("llm-a!cn-beijing!job", "1", commodity_code="sfm_training_public_cn"),
    ]

    def matched(where: str) -> int:
        return verdict(charges, f"per: bill, where: {{{where}}}, forbid: charges").matched

    assert matched("") == 5
    assert matched("api_key_id: '*'") == 2  # 1 and 2
    assert matched("api_key_id: ''") == 1
    assert matched("api_key_id: none") == 2  # the billing type and the training
    assert matched("api_key_id: {not: [1]}") == 4
    assert matched("channel: [bmp, none]") == 2
    assert matched("service: inference, channel: app") == 3
    assert matched("model: {not: qwen*}") == 1  # the training carries none


def test_contract_example_of_undecided() -> None:
    """'limit 500 CNY, key A 480, key B 300, one unparsed inference charge of 30'"""
    known = [charge(key("A"), "480"), charge(key("B"), "300")]
    policy = "per: api_key, where: {service: inference}, limit: {billed_cost: 500 CNY}"
    result = verdict([*known, charge("?", "30")], policy)
    assert (result.outcome, result.matched, result.findings) == ("error", 2, ())
    assert result.reasons == {"undecided"}
    assert verdict([*known, charge("?", "15")], policy).outcome == "pass"
    # 480 + 20 is 500: not strictly greater
    assert verdict([*known, charge("?", "20")], policy).outcome == "pass"
    # an unparsed refund counts nothing, and takes nothing away
    assert verdict([*known, charge("?", "-90"), charge("?", "30")], policy).outcome == "error"
    # another service, another month: not touched
    deployment = charge("?", "30", commodity_code="sfm_deployment_public_cn")
    assert verdict([*known, deployment], policy).outcome == "pass"
    assert verdict([*known, charge("?", "30", "2026-08-15")], policy).outcome == "pass"
    # a possible new subject: 501 alone is over the limit
    assert verdict([charge("?", "501")], policy).outcome == "error"
    assert verdict([charge("?", "500")], policy).outcome == "pass"
    # a policy that needs no part of the Instance ID: 480 + 300 + 30 = 810
    result = verdict([*known, charge("?", "30")], "per: account, limit: {billed_cost: 800 CNY}")
    assert (result.outcome, result.matched) == ("fail", 3)
    assert result.findings[0].observed == 810


def test_certain_findings_are_listed_anyway() -> None:
    policy = "per: api_key, limit: {billed_cost: 500 CNY}"
    result = verdict([charge(key("A"), "480"), charge(key("C"), "600"), charge("?", "30")], policy)
    assert result.outcome == "error"
    assert [finding.id for finding in result.findings] == ["C"]
    # only C could get more, and C is over its limit already
    result = verdict([charge(key("C"), "600"), charge("?", "30")], policy)
    assert result.outcome == "fail"


def test_straddling() -> None:
    noon = read_instant("2026-09-15T12:00:00+08:00")
    assert place(charge(key("A"), "1", "2026-09-15"), noon, None) == "straddles"
    assert place(charge(key("A"), "1", "2026-09-15 11:59"), noon, None) == "out"
    assert place(charge(key("A"), "1", "2026-09-15 12:00"), noon, None) == "in"
    assert place(charge(key("A"), "1", "2026-09-15 12:00:00"), noon, None) == "in"
    assert place(charge(key("A"), "1", "2026-09-15 12:00:00"), None, noon) == "out"
    half = read_instant("2026-09-15T12:00:30+08:00")
    assert place(charge(key("A"), "1", "2026-09-15 12:00"), half, None) == "straddles"
    assert place(charge(key("A"), "1", "2026-09-15 12:00:00"), half, None) == "out"
    assert place(charge(key("A"), "1", "2026-09-15"), read_instant("2026-09-15"), None) == "in"
    assert place(charge(key("A"), "1", "2026-09-15"), None, read_instant("2026-09-16")) == "in"

    policy = "per: api_key, from: '2026-09-15T12:00:00+08:00', limit: {billed_cost: 100 CNY}"
    later = [charge(key("A"), "90", "2026-09-16"), charge(key("B"), "95", "2026-09-16")]
    # A: 90 certain + 20 on the day of `from` could be 110
    result = verdict([*later, charge(key("A"), "20", "2026-09-15")], policy)
    assert (result.outcome, result.matched) == ("error", 2)
    # added to its own subject only: A 90 + 9; B's 95 + 9 isn't asked
    assert verdict([*later, charge(key("A"), "9", "2026-09-15")], policy).outcome == "pass"
    # its own subject has nothing else: 101 could be over
    assert verdict([*later, charge(key("C"), "101", "2026-09-15")], policy).outcome == "error"
    assert verdict([*later, charge(key("C"), "101", "2026-09-14")], policy).outcome == "pass"


def test_currencies() -> None:
    charges = [
        charge(key("A"), "501"),
        charge(key("A"), "71", currency="USD"),
    ]
    result = verdict(charges, "per: api_key, limit: {billed_cost: 500 CNY}")
    assert (result.outcome, result.reasons) == ("error", {"currency"})
    assert [f.unit for f in result.findings] == ["CNY"]
    result = verdict(charges, "per: api_key, limit: {billed_cost: [500 CNY, 71 USD]}")
    assert result.outcome == "fail" and result.matched == 2
    assert [(f.unit, f.observed, f.charges) for f in result.findings] == [("CNY", 501, 1)]
    result = verdict(
        charges, "per: api_key, where: {billing_currency: USD}, limit: {billed_cost: 70 USD}"
    )
    assert [(f.unit, f.observed, f.charges) for f in result.findings] == [("USD", 71, 1)]
    assert verdict(charges, "per: api_key, limit: {charges: 1}").findings[0].unit == "charges"


def test_limit_for() -> None:
    charges = [charge(key(name), "100") for name in ("12345", "9001", "9002", "7")]
    result = verdict(
        charges,
        "per: api_key, limit: {billed_cost: 99 CNY},"
        " limit_for: {12345: 2000 CNY, '9*': 50 CNY, '900?': 150 CNY, 9002: 100 CNY}",
    )
    # 12345: 2000; 9001: `900?` before `9*`, 150; 9002: the literal, 100 isn't crossed; 7: 99
    assert [(f.id, f.limit) for f in result.findings] == [("7", 99)]


def test_periods() -> None:
    # 2026-09-13 is a Sunday, 2026-09-14 a Monday
    charges = [
        charge(key("A"), "3", "2026-09-13"),
        charge(key("A"), "4", "2026-09-14 00:00"),
        charge(key("A"), "5", "2026-09-30 23:59", billing_month="2026-10"),
    ]

    def spans(every: str) -> list[tuple[str, str, Decimal]]:
        found = verdict(
            charges, f"per: model, every: {every}, limit: {{billed_cost: 0 CNY}}"
        ).findings
        return [(f"{f.start:%m-%d}", f"{f.end:%m-%d}", f.observed) for f in found]

    assert spans("day") == [
        ("09-13", "09-14", 3), ("09-14", "09-15", 4), ("09-30", "10-01", 5),
    ]  # fmt: skip
    assert spans("week") == [
        ("09-07", "09-14", 3), ("09-14", "09-21", 4), ("09-28", "10-05", 5),
    ]  # fmt: skip
    # the billing month, not the month of the charge
    assert spans("month") == [("09-01", "10-01", 7), ("10-01", "11-01", 5)]
    assert spans("total") == [("09-13", "10-01", 12)]
    monthly = charge(key("A"), "1", "2026-09", start_time="")
    assert monthly.width == "month"
    assert verdict([monthly], "per: model, every: week, forbid: charges").reasons == {"days"}
    assert verdict([monthly], "per: model, forbid: charges").outcome == "fail"


def test_subjects() -> None:
    charges = [
        charge(key("1", "llm-a"), "1"),
        charge(key("1", "llm-b"), "2", region_name="新加坡"),
        charge(key("", "llm-b"), "4"),
        charge("text_token;llm-b;qwen-max;output_token;app", "8"),
        charge("llm-b!cn-beijing!job", "16", commodity_code="sfm_training_public_cn"),
    ]
    limit = "limit: {billed_cost: 0 CNY}"
    keys = verdict(charges, f"per: api_key, {limit}").findings
    # the same key in two workspaces is two subjects; null (8 + 16) and "" are two groups
    assert {(f.workspace_id, f.id): f.observed for f in keys} == {
        ("llm-a", "1"): 1, ("llm-b", "1"): 2, ("llm-b", ""): 4, ("llm-b", None): 24,
    }  # fmt: skip
    workspaces = verdict(charges, f"per: workspace, {limit}").findings
    assert [(f.id, f.workspace_id, f.region_id, f.observed) for f in workspaces] == [
        ("llm-a", "llm-a", "cn-beijing", 1),
        ("llm-b", "llm-b", None, 30),  # two regions
    ]
    models = verdict(charges, f"per: model, {limit}").findings
    assert [(f.id, f.workspace_id, f.sub_account_id, f.observed) for f in models] == [
        (None, "llm-b", "100", 16),
        ("qwen-max", None, "100", 15),
    ]
    columns = verdict(charges, f"per: [workspace_id, model], {limit}").findings
    assert [(f.kind, f.id, f.observed) for f in columns] == [
        ("columns", "llm-a;qwen-max", 1),
        ("columns", "llm-b;none", 16),
        ("columns", "llm-b;qwen-max", 14),
    ]
    assert columns[0].to_json()["subject"] == {
        "kind": "columns",
        "id": "llm-a;qwen-max",
        "columns": {"workspace_id": "llm-a", "model": "qwen-max"},
        "workspace_id": "llm-a",
        "region_id": "cn-beijing",
        "sub_account_id": "100",
    }
    (bill,) = verdict(charges, f"per: bill, {limit}").findings
    assert bill.to_json()["subject"] == {"kind": "bill", "id": "bill"}
    assert bill.first_charge == datetime.fromisoformat("2026-09-15T00:00:00+08:00")
    assert (bill.observed, bill.charges) == (31, 5)


def test_usage() -> None:
    charges = [
        charge(key("A"), "0", usage="2", usage_unit="千tokens"),
        charge(key("A"), "0", usage="5", usage_unit="Token"),
        charge(key("A"), "0", usage="3", usage_unit="张"),
        charge(key("A"), "0", usage="", usage_unit=""),
    ]
    (finding,) = verdict(charges, "per: api_key, limit: {usage: 2 千tokens}").findings
    assert (finding.observed, finding.limit, finding.unit) == (2005, 2000, "tokens")
    assert (finding.charges, finding.other_units) == (2, 1)
    assert verdict(charges, "per: api_key, limit: {usage: 2005 tokens}").outcome == "pass"
    without = cells(key("A"), "1", "2026-09-15")
    del without["usage"]
    read = read_row(without)
    assert isinstance(read, Charge)
    assert verdict([read], "per: api_key, limit: {usage: 1 tokens}").reasons == {"usage"}


def test_small_things() -> None:
    charges = [charge(key("A"), "1")]
    assert verdict(charges, "per: bill, enabled: false, forbid: charges").outcome == "skip"
    result = verdict(charges, "per: bill, where: {owner: x}, forbid: charges")
    assert (result.outcome, result.reasons) == ("error", {"inventory"})
    result = verdict(
        charges, "per: bill, where: {model: [qwen-max, qwen-moon, 'x*']}, forbid: charges"
    )
    assert result.unmatched == (("model", "qwen-moon"),)
    # refunds lower the sum: 1 - 2 = -1
    assert (
        verdict(
            [*charges, charge(key("A"), "-2")], "per: bill, limit: {billed_cost: 0 CNY}"
        ).outcome
        == "pass"
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_the_builder_writes_is_what_the_reader_reads(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = random_rows(rng, rng.randrange(30))
    path = tmp_path / "b.csv"
    shape = rng.choice(SHAPES)
    written = write_bill(path, shape, rows, rng, quirks=random_quirks(rng))
    bill = read_bill(path, TAUGHT_CANONICAL if shape == "taught" else None)
    assert bill.shape == shape
    assert bill.rows == len(rows) + len(written.bad) + written.totals_rows
    assert [reject.kind for reject in bill.rejects] == list(written.bad)
    assert len(bill.totals_rows) == written.totals_rows and totals_rows_agree(bill)
    expected = charges_of(rows)
    assert len(bill.charges) == len(expected)
    for read, meant in zip(bill.charges, expected, strict=True):
        for column in (*WHERE_COLUMNS, "parsed", "billed_cost", "list_cost", "billing_month"):
            assert getattr(read, column) == getattr(meant, column), column
    policies = random_policies(rng, rows, 4)
    assert load_policies(dump_policies(policies)) == policies
    results: list[Any] = judge(bill.charges, policies)
    for result in results:
        # unique in a report
        assert len({finding.key for finding in result.findings}) == len(result.findings)
        if result.outcome == "pass":
            assert not result.findings
