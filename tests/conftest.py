"""Settings that every test runs under."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from engine_texts import Watched

from govern.ledger import contract, engine


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
    # What a test leaves in a cache must not decide another one.
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)


@pytest.fixture(autouse=True)
def no_function_without_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever SQL a test runs uses only functions that the engine's contract knows."""
    connect = engine.connect

    def watched(*words: Any, **named: Any) -> Watched:
        return Watched(connect(*words, **named))

    monkeypatch.setattr(engine, "connect", watched)


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """A run in the process of the tests may let no other test's children go deaf."""
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture(autouse=True)
def one_contract_for_all(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is asked once in this process; another engine is what tests/engine is about."""
    if "engine" not in request.path.parent.name:
        monkeypatch.setattr(contract, "hold", _held)


@functools.cache
def _asked() -> None:
    with duckdb.connect() as connection:
        connection.execute(engine._SETTINGS)
        _HOLD(connection)


_HOLD = contract.hold


def _held(_: duckdb.DuckDBPyConnection) -> None:
    _asked()
