"""Settings that every test runs under."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings must not decide a test."""
    for name in (
        "GOVERN_POLICY",
        "GOVERN_WAIVERS",
        "GOVERN_INVENTORY",
        "GOVERN_TIMEZONE",
        "GOVERN_FORMAT",
        "GOVERN_FAIL_ON",
        "GOVERN_NO_CACHE",
        "GOVERN_CONFIG",
        "COLUMNS",
    ):
        monkeypatch.delenv(name, raising=False)
