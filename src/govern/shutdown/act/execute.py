"""A run that acts: the journal is held, and the account known; what was left open is settled."""

from __future__ import annotations

from dataclasses import replace

from govern.ledger.ledger import Ledger
from govern.model.application import Application
from govern.shutdown.act.back import take_back
from govern.shutdown.act.dry import finished
from govern.shutdown.act.forward import carry_out
from govern.shutdown.act.run import Run


def executed(run: Run, ledger: Ledger | None) -> Application:
    """Raises wrong usage without consent or for another account, ``network`` where the account
    can't be seen before the first act, ``file`` where the journal can't be written."""
    run.begin()
    settled = run.settle()
    report = take_back(run, settled) if run.question.undo else carry_out(run, ledger, settled)
    return finished(replace(report, journal=run.maker.held.journal))
