"""Words of the English and the traditional Chinese exports mean what they mean elsewhere."""

from __future__ import annotations

from decimal import Decimal

import pytest

from govern.model import meaning


@pytest.mark.parametrize(
    ("wording", "category"),
    [
        ("Pay-As-You-Go Bill", "usage"),
        ("云资源按量费用", "usage"),
        ("免费额度", "usage"),
        ("Pay-as-you-go fee", "usage"),
        ("後付費賬單", "usage"),
        ("後付費", "usage"),
        ("Subscription Order", "purchase"),
        ("Subscription upfront fee", "purchase"),
        ("Subscription pay-as-you-go fees", "purchase"),
        ("預付費訂單", "purchase"),
        ("預付費", "purchase"),
        ("Subscription refund fee", "adjustment"),
        ("Rounding adjustment", "adjustment"),
        ("調賬", "adjustment"),
        ("退款", "adjustment"),
        ("Usage", "usage"),
        ("Purchase", "purchase"),
        ("Credit", "credit"),
        ("Adjustment", "adjustment"),
        ("Tax", "tax"),
    ],
)
def test_a_known_wording_of_the_kind_of_charge(wording: str, category: str) -> None:
    assert meaning.charge_category_of(wording) == (category, True)


def test_an_unknown_wording_is_usage_and_said_to_be_unknown() -> None:
    assert meaning.charge_category_of("Large Language Model Text Consumption") == ("usage", False)


@pytest.mark.parametrize(
    ("wording", "unit", "factor"),
    [
        ("KTokens", "tokens", 1000),
        ("1K Tokens", "tokens", 1000),
        ("百萬tokens", "tokens", 1_000_000),
        ("萬Token", "tokens", 10_000),
        ("張", "images", 1),
        ("萬字", "characters", 10_000),
        ("字元", "characters", 1),
        ("Hour", "Hour", 1),
    ],
)
def test_a_unit_is_normalised_exactly(wording: str, unit: str, factor: int) -> None:
    assert meaning.unit_of(wording) == (unit, Decimal(factor))


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("華北2（北京）", "cn-beijing"),
        ("China North 2 (Beijing)", "cn-beijing"),
        ("美國（維吉尼亞）", "us-east-1"),
        ("中國香港", "cn-hongkong"),
        ("德國（法蘭克福）", "eu-central-1"),
        ("日本（東京）", "ap-northeast-1"),
        ("Moon 1", "Moon 1"),
    ],
)
def test_a_region_given_by_name_becomes_its_id(name: str, region: str) -> None:
    assert meaning.region_id_of(name) == region


@pytest.mark.parametrize(
    ("word", "currency"), [("人民幣", "CNY"), ("美金", "USD"), ("日圓", "JPY"), ("usd", "USD")]
)
def test_a_currency_given_in_words(word: str, currency: str) -> None:
    assert meaning.currency_of(word) == currency


def test_the_product_and_its_services_are_known_in_traditional_chinese() -> None:
    assert meaning.is_model_studio("", "", "大模型服務平台百煉")
    assert meaning.service_of("", "百煉模型部署") == "deployment"
    assert meaning.service_of("", "百煉知識庫") == "knowledge_base"
    assert meaning.service_of("", "百煉資源套件") == "resource_pack"
    assert meaning.service_of("", "百煉節省計劃") == "savings_plan"
