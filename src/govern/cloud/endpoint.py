"""Where a service answers: Alibaba's own hosts, or a stand-in on this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from govern.cloud.service import Service
from govern.model.errors import usage

#: The environment variables that replace a host.
VARIABLES = {
    "modelstudio": "GOVERN_ENDPOINT_MODELSTUDIO",
    "bss": "GOVERN_ENDPOINT_BSS",
    "dashscope": "GOVERN_ENDPOINT_DASHSCOPE",
    "sts": "GOVERN_ENDPOINT_STS",
}

#: What a host and its port are written with; ``{region}`` may stand among it.
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]+")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Endpoints:
    """Replacements by service: whole URLs from the environment, hosts from govern.yaml.

    ``abroad``: the account is one of the international site.
    """

    replaced: Mapping[str, str] = field(default_factory=dict)
    abroad: bool = False

    def base(self, service: Service, region_id: str) -> SplitResult:
        """Scheme, host and leading path. No answer of a service ever decides it."""
        host = service.hosts.get(region_id, service.host)
        if self.abroad and service.abroad:
            host = service.abroad
        given = self.replaced.get(service.name, f"https://{host}").replace("{region}", region_id)
        url = urlsplit(given if "://" in given else f"https://{given}")
        return url._replace(path=url.path.rstrip("/"))


def checked(variable: str, url: str) -> str:
    """A replacement as the environment gives it. Raises wrong usage.

    Plain ``http`` is for this machine only.
    """
    example = "write a URL, such as http://127.0.0.1:8000/{region}"
    if "@" in url:
        raise usage(f"{variable}: no user or password belongs here; {example}")
    try:
        # With a region in its place it must be a whole URL too.
        parts = urlsplit(url.replace("{region}", "cn-beijing"))
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    plain = not (set(url) & set("?#\\ ")) and url.isprintable()
    if not host or not plain or not _HOST.fullmatch(parts.netloc):
        raise usage(f"{variable}={url}: {example}")
    if parts.scheme not in ("http", "https"):
        raise usage(f"{variable}={url}: {example}")
    if parts.scheme == "http" and not is_loopback(host):
        raise usage(f"{variable}={url}: plain http is for this machine only; write https")
    return url
