"""govern apply's own functions against the stand-in account: in this process, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from standin.direct import Direct
from standin.server import StandIn

from govern.cloud.client import Client
from govern.cloud.credentials import ApiKey
from govern.cloud.endpoint import Endpoints
from govern.cloud.failure import CallFailed
from govern.cloud.secret import Credentials, Secret
from govern.cloud.sts import caller
from govern.model.application import Application, StepOutcome
from govern.model.checklist import Checklist, Step, Target, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.errors import GovernError
from govern.shutdown.act.account import Account
from govern.shutdown.act.execute import executed
from govern.shutdown.act.held import held
from govern.shutdown.act.making import Maker
from govern.shutdown.act.question import Question
from govern.shutdown.act.rules import Rules
from govern.shutdown.act.run import Run

ACCOUNT = "1902910424969427"
KEY = "sk-standinkeyofworkspacea"
START = datetime(2026, 9, 20, 12, 0)


def step(
    kind: str, id: str, *, target: str = "api_key", workspace: str = "llm-a", **more: Any
) -> Step:
    """A step on one thing of a workspace of Beijing; its name is ``kind.id``."""
    own = None if target == "plan" else workspace
    about = Target(target, id, "coding_plan" if target == "plan" else None, own)
    told: dict[str, Any] = {
        "id": f"{kind}.{id}", "kind": kind, "region_id": "cn-beijing", "subject": about,
        "why": "", "how": "", "reversible": kind in ("disable_key", "turn_off_renewal"),
        "proof": "bill",
    }  # fmt: skip
    return Step(**{**told, **more})


def checklist(*steps: Step, **more: Any) -> Written:
    made = Checklist(Moment(START, BILL_CLOCK), account_ids=(ACCOUNT,), steps=steps)
    return Written(replace(made, **more), "checklist.yaml", "0" * 64)


@dataclass
class Clock:
    """Time that passes only where somebody waits, or is told."""

    now: datetime = START

    def seconds(self) -> float:
        return self.now.replace(tzinfo=BILL_CLOCK).timestamp()

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def client_of(direct: Direct, clock: Clock) -> Client:
    key, secret = next(iter(direct.of.account.access_keys.items()))
    base = "http://127.0.0.1:1"
    endpoints = Endpoints(
        {
            "modelstudio": base + "/ms/{region}",
            "bss": base + "/bss",
            "dashscope": base + "/ds/{region}",
            "sts": base + "/sts",
        }
    )
    credentials = Credentials(key, Secret(secret), None, "environment")
    return Client(
        direct,  # type: ignore[arg-type]
        endpoints,
        credentials,
        [Secret(one) for one in direct.of.account.api_keys],
        sleep=clock.sleep,
        now=clock.seconds,
        elapsed=clock.seconds,
        jitter=lambda: 0.0,
    )


def run(
    written: Written,
    journal: Path,
    direct: Direct,
    *,
    clock: Clock | None = None,
    confirm: Callable[[Sequence[StepOutcome]], None] = lambda steps: None,
    keys: Iterable[str] = (KEY,),
    is_ending: Callable[[], bool] = lambda: False,
    unbroken: Callable[[], AbstractContextManager[None]] = nullcontext,
    **asked: Any,
) -> Application:
    """One ``--execute``."""
    clock = clock or Clock()
    # The stand-in's Date is then the clock's own.
    direct.of.skew = clock.seconds() - _real()
    rules = {name: asked.pop(name) for name in ("protect", "chosen") if name in asked}
    rules["renewal_by_api"] = asked.pop("renewal_by_api", True)
    with held(str(journal)) as one:
        client = client_of(direct, clock)
        try:
            who = caller(client)
        except CallFailed as failed:
            raise GovernError("network", str(failed)) from None
        one.clock = lambda: clock.now
        question = Question(
            clock.now,
            BILL_CLOCK,
            Rules(account_id=who.account_id, **rules),
            max_steps=asked.pop("max_steps", 1000),
            **asked,
        )
        known = [ApiKey(Secret(key), None, None, "environment") for key in keys]
        maker = Maker(
            Account(client, known),
            one,
            BILL_CLOCK,
            unbroken=unbroken,
            is_ending=is_ending,
            wait=clock.sleep,
            elapsed=clock.seconds,
        )
        return executed(Run(question, written, maker, who, confirm), None)


def _real() -> float:
    import time

    return time.time()


def standin(keys: Iterable[int] = (), **more: Any) -> StandIn:
    """A workspace of Beijing with these keys, enabled."""
    made = StandIn(**more)
    account = made.account
    account.workspace("llm-a")
    account.api_keys = {KEY: "llm-a"}
    for key in keys:
        account.key(key, "llm-a")
    return made


def outcomes(report: Application) -> dict[str, str]:
    return {one.id: one.outcome for one in report.steps}
