"""Where a service answers: Alibaba's own hosts, or a stand-in on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Endpoints:
    """Replacements by service: whole URLs from the environment, hosts from govern.yaml.

    ``abroad``: the account is one of the international site.
    """

    replaced: Mapping[str, str] = field(default_factory=dict)
    abroad: bool = False

    def base(self, service: Service, region_id: str) -> SplitResult:
        """Scheme, host and leading path. No answer of a service ever decides it."""
        known = service.hosts.get(region_id, service.host)
        if self.abroad and service.abroad:
            known = service.abroad
        given = self.replaced.get(service.name, f"https://{known}").replace("{region}", region_id)
        found = urlsplit(given if "://" in given else f"https://{given}")
        return found._replace(path=found.path.rstrip("/"))


def checked(variable: str, url: str) -> str:
    """A replacement as the environment gives it. Raises wrong usage.

    Plain ``http`` is for this machine only.
    """
    try:
        found = urlsplit(url)
        host = found.hostname
        _ = found.port
    except ValueError:
        host = None
    if not host or found.scheme not in ("http", "https") or found.query or found.fragment:
        raise usage(f"{variable}={url}: write a URL, such as http://127.0.0.1:8000/{{region}}")
    if found.username or found.password:
        raise usage(f"{variable}: a URL here holds no user or password")
    if found.scheme == "http" and host not in _LOOPBACK:
        raise usage(f"{variable}={url}: plain http is for this machine only; write https")
    return url
