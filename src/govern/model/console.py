"""Where in the console a thing is managed, as far as Alibaba's help pages say."""

from __future__ import annotations

import re

#: Documented: the API key page of the console of China's site.
_BEIJING = "https://bailian.console.aliyun.com/?tab=model#/api-key"

#: Documented: the international console, where the region is chosen at the top right. A link
#: straight to its API key page isn't documented.
_INTERNATIONAL = "https://modelstudio.console.alibabacloud.com/"

_KEY_PAGES = {
    "cn-beijing": _BEIJING,
    **dict.fromkeys(
        ("ap-southeast-1", "us-east-1", "cn-hongkong", "eu-central-1", "ap-northeast-1"),
        _INTERNATIONAL,
    ),
}

#: Documented on China's site: the API key pages of other regions, for accounts of that site.
_CHINESE_KEY_PAGES = {
    "cn-beijing": _BEIJING,
    "ap-southeast-1": "https://modelstudio.console.aliyun.com/?tab=model#/api-key",
    "us-east-1": "https://modelstudio.console.aliyun.com/us-east-1?tab=model#/api-key",
}


def key_page(region_id: str | None) -> str | None:
    """The console page where the API keys of a region are managed; None for unknown regions."""
    return _KEY_PAGES.get(region_id or "")


def key_pages(region_id: str | None) -> str:
    """The same in words, for accounts of both sites, whatever the region."""
    china = _CHINESE_KEY_PAGES.get(region_id or "", "https://bailian.console.aliyun.com/")
    return f"{china} (China site) or {_INTERNATIONAL} (international site)"


#: Documented pages of the console of China's site (Alibaba's help pages).
_PAGES = {
    "console": "https://bailian.console.aliyun.com/",
    "deployments": "https://bailian.console.aliyun.com/?tab=model#/efm/model_deploy",
    "knowledge_bases": "https://bailian.console.aliyun.com/?tab=app#/knowledge-base",
    "coding_plan": "https://bailian.console.aliyun.com/cn-beijing/?tab=model#/efm/coding_plan",
    "token_plan": "https://bailian.console.aliyun.com/?tab=plan#/efm/subscription/token-plan",
    "workspaces": "https://bailian.console.aliyun.com/?tab=globalset#/efm/business_management",
    "free_quota": "https://bailian.console.aliyun.com/?tab=model#/model-usage/free-quota",
    "refunds": "https://usercenter2.aliyun.com/refund/refund",
    "renewals": "https://billing-cost.console.aliyun.com/renew/manual",
    "bills": "https://usercenter2.aliyun.com/finance/expense-report/expense-detail",
    "alarms": "https://usercenter2.aliyun.com/home/alarm-threshold",
}

#: What isn't in Model Studio's own console. At the international site only the page of bills has
#: an address that is documented; the others are somewhere in its Expenses and Costs console.
_MONEY = {
    "bills": "https://usercenter2-intl.console.alibabacloud.com/",
    **dict.fromkeys(("refunds", "renewals", "alarms"), "Expenses and Costs"),
}


def page(what: str) -> str:
    """Where a thing is managed, in words, for accounts of both sites."""
    return f"{_PAGES[what]} (China site) or {_MONEY.get(what, _INTERNATIONAL)} (international site)"


#: Documented hosts of the calls that end jobs, batches and deployments, in the regions for which
#: Alibaba documents them.
_CALL_HOSTS = {
    "cn-beijing": "dashscope.aliyuncs.com",
    "ap-southeast-1": "dashscope-intl.aliyuncs.com",
}


def call_host(region_id: str | None) -> str | None:
    """The host of a region's calls for jobs and deployments; None if none is documented."""
    return _CALL_HOSTS.get(region_id or "")


#: The hosts of all these pages: what leads there may be a link.
HOSTS = frozenset(
    found[1]
    for text in (*_PAGES.values(), *_MONEY.values(), *_CHINESE_KEY_PAGES.values(), _INTERNATIONAL)
    if (found := re.match("https://([a-z0-9.-]+)/", text))
)
