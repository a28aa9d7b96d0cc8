"""Settings that every test runs under."""

from __future__ import annotations

from typing import Any

import pytest
from engine_texts import Watched

from govern.ledger import engine


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


@pytest.fixture(autouse=True)
def no_function_without_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever SQL a test runs uses only functions that the engine's contract knows."""
    connect = engine.connect

    def watched(*words: Any, **named: Any) -> Watched:
        return Watched(connect(*words, **named))

    monkeypatch.setattr(engine, "connect", watched)
