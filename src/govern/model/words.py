"""The closed lists of the outer surface (docs/policies.md explains each word)."""

from __future__ import annotations

SERVICES = (
    "inference",
    "batch",
    "training",
    "deployment",
    "knowledge_base",
    "web_search",
    "coding_plan",
    "token_plan",
    "savings_plan",
    "resource_pack",
    "other",
)
CHARGE_CATEGORIES = ("usage", "purchase", "credit", "adjustment", "tax")

#: Columns a policy may name; the second half comes from the Instance ID and is unknown
#: where a charge's layout is.
CONTEXT_COLUMNS = (
    "billing_account_id",
    "sub_account_id",
    "region_id",
    "service",
    "charge_category",
    "commodity_code",
    "billing_item",
    "billing_currency",
)
PART_COLUMNS = (
    "api_key_id",
    "workspace_id",
    "model",
    "meter",
    "tier",
    "channel",
    "free_quota_stop",
)
INVENTORY_COLUMNS = ("api_key_name", "workspace_name", "owner")
WHERE_COLUMNS = CONTEXT_COLUMNS + PART_COLUMNS + INVENTORY_COLUMNS

#: What each subject word groups by.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "api_key": ("sub_account_id", "workspace_id", "api_key_id"),
    "workspace": ("workspace_id",),
    "model": ("model",),
    "channel": ("channel",),
    "region": ("region_id",),
    "account": ("sub_account_id",),
    "owner": ("owner",),
    "bill": (),
}

#: Lowest first.
SEVERITIES = ("info", "low", "medium", "high", "critical")
PERIODS = ("day", "week", "month", "total")
#: What a policy asks the checklist for, and what that means for who reads a finding.
STOPS = {
    "ask": "ask the owner",
    "stop_playground": "stop Playground use",
    "disable_key": "disable the key",
    "delete_key": "delete the key",
    "cancel_job": "cancel the job",
    "take_offline": "take it offline",
    "turn_off_renewal": "turn off renewal",
    "retire_workspace": "retire the workspace",
}
#: ISO 4217: what Alibaba Cloud bills in, and what else is common. None differs from CNY or USD
#: in one letter (as CNH and BSD would), so a slip there is always seen.
CURRENCIES = (
    *("CNY", "USD", "JPY", "HKD", "SGD", "EUR", "GBP", "MYR", "IDR", "THB", "PHP", "VND", "KRW"),
    *("TWD", "MOP", "INR", "AUD", "NZD", "CAD", "AED", "SAR", "QAR", "CHF", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "TRY", "ILS", "EGP", "ZAR", "KES", "NGN", "BRL", "MXN", "CLP"),
    *("COP", "PEN", "ARS", "KZT", "PKR"),
)

UNITS = ("tokens", "images", "seconds", "characters", "calls")
CLOSED_COLUMNS: dict[str, tuple[str, ...]] = {
    "service": SERVICES,
    "charge_category": CHARGE_CATEGORIES,
    "free_quota_stop": ("0", "1"),
}
#: What people write for a word of the language, by the place where they write it.
MEANT: dict[str, dict[str, str]] = {
    "measure": dict.fromkeys(("cost", "costs", "spend", "amount", "money"), "billed_cost")
    | {"tokens": "usage", "rows": "charges", "forecast": "forecast_cost", "idle": "idle_days"},
    # The Playground's channel is bmp, as documented; channels are an open list, this isn't one.
    "channel": dict.fromkeys(("playground", "the playground", "console", "体验"), "bmp"),
}
