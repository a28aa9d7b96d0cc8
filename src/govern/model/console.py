"""Where in the console a thing is managed (Alibaba's help pages; docs/faq.md says which ones)."""

from __future__ import annotations

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


def key_page(region_id: str | None) -> str | None:
    """The console page where the API keys of a region are managed; None for unknown regions."""
    return _KEY_PAGES.get(region_id or "")


#: Documented pages of the console of China's site (Alibaba's help pages).
_PAGES = {
    "deployments": "https://bailian.console.aliyun.com/?tab=model#/efm/model_deploy",
    "coding_plan": "https://bailian.console.aliyun.com/?tab=model#/efm/coding_plan",
    "token_plan": "https://bailian.console.aliyun.com/?tab=plan#/efm/subscription/token-plan",
    "workspaces": "https://bailian.console.aliyun.com/?tab=globalset#/efm/business_management",
    "refunds": "https://usercenter2.aliyun.com/refund/refund",
    "renewals": "https://billing-cost.console.aliyun.com/renew/manual",
    "bills": "https://usercenter2.aliyun.com/finance/expense-report/expense-detail",
    "alarms": "https://usercenter2.aliyun.com/home/alarm-threshold",
}

#: The same at the international site, where a page's own address is documented.
_INTERNATIONAL_PAGES = {"bills": "https://usercenter2-intl.console.alibabacloud.com/"}


def page(what: str, region_id: str | None = None) -> str:
    """Where a thing is managed, on both sites; at the international one the region is chosen."""
    china = _PAGES[what]
    if region_id == "cn-beijing":
        return china
    return (
        f"{china} (China site) or {_INTERNATIONAL_PAGES.get(what, _INTERNATIONAL)} (international)"
    )
