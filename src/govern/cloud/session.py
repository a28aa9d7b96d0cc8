"""The connections, the only ones that are opened: each tells its exchange what it does."""

from __future__ import annotations

import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

#: ``exchange``: the one that this thread carries out.
thread = threading.local()


class _Watched(HTTPConnection):
    joining = False

    def connect(self) -> None:
        thread.exchange.holds(self)
        self.joining = True
        super().connect()
        self.joining = False
        thread.exchange.holds(self)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        # What a proxy is told while connecting doesn't reach the account.
        thread.exchange.holds(self, sends=not self.joining)
        super().send(data)


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *words: Any, **named: Any) -> None:
        super().init_poolmanager(*words, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *words: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*words, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def session(*, proxies: bool) -> requests.Session:
    """``proxies``: those of the system, which this machine itself is never asked through."""
    session = requests.Session()
    session.trust_env = proxies
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_maxsize=32))
    return session
