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
