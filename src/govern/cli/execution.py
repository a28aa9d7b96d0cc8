"""``apply --execute``: the account that is called, and the consent to the final list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import typer

from govern.cli import account, signals
from govern.cli.streams import say, whisper
from govern.model.errors import usage
from govern.model.text import printable

if TYPE_CHECKING:
    from govern.ledger.ledger import Ledger
    from govern.model.application import Application, StepOutcome
    from govern.model.checklist import Written
    from govern.model.config import Config
    from govern.shutdown.act.question import Question


@dataclass(frozen=True)
class Execution:
    """How the account is reached, by whose consent, and where the journal is."""

    journal: str
    config: Config
    confirm: str | None
    profile: str | None
    timeout: str
    concurrency: int
    quiet: bool

    def of(self, question: Question, written: Written, ledger: Ledger | None) -> Application:
        """What became of the steps. Raises as ``shutdown.act.execute`` does, and wrong usage for
        consent to another account."""
        from govern.model.clock import BILL_CLOCK
        from govern.shutdown.act import run as acting
        from govern.shutdown.act.account import Account
        from govern.shutdown.act.execute import executed
        from govern.shutdown.act.held import held
        from govern.shutdown.act.making import Maker

        with held(self.journal) as journal:
            client, caller = account.connect(
                self.profile, self.timeout, self.concurrency, self.config
            )
            if self.confirm not in (None, caller.account_id):
                raise usage(
                    f"--confirm {self.confirm}: the credentials are of account "
                    f"{caller.account_id}; nothing is called"
                )
            if not self.quiet:
                account.skew_note(client, say)

            def now(clock: tzinfo) -> datetime:
                return client.clock.astimezone(clock).replace(tzinfo=None)

            journal.clock = lambda: now(BILL_CLOCK)
            question = replace(
                question,
                as_of=now(question.clock).replace(microsecond=0),
                rules=replace(question.rules, account_id=caller.account_id),
            )
            maker = Maker(
                Account(client, account.api_keys()),
                journal,
                question.clock,
                unbroken=signals.later,
                is_ending=signals.came,
                wait=client.sleep or client.transport.pause,
                elapsed=client.elapsed,
            )

            def agreed(steps: Sequence[StepOutcome]) -> None:
                _consent(steps, caller.account_id, self.confirm)

            return executed(acting.Run(question, written, maker, caller, agreed), ledger)


def _consent(steps: Sequence[StepOutcome], account_id: str, confirm: str | None) -> None:
    """The final list, and the account's id as consent to it. Raises wrong usage without it."""
    from govern.shutdown.act.narrative import listed

    head, *lines = listed(steps, account_id)
    say(head)
    for line in lines:
        whisper(f"{printable(line)}\n")
    if confirm is not None:
        return
    if not account.terminal():
        raise usage(f"nobody is here to ask: --confirm {account_id} consents to this list")
    try:
        typed: str = typer.prompt("Type the account's id to go on", err=True)
    except typer.Abort:
        raise usage("not confirmed: nothing was called") from None
    if typed.strip() != account_id:
        raise usage("that isn't this account's id: nothing was called")
