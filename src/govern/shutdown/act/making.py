"""One act: intent, call, outcome; and an intent whose outcome isn't known, settled by asking.

Nothing is ever called twice for one intent: whatever the answer was, the account's state is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from govern.cloud.client import Reply
from govern.cloud.failure import CallFailed
from govern.model.act import GONE, UNSEEN, Act, Live, Thing
from govern.model.journal import Intent
from govern.shutdown.act.account import Account
from govern.shutdown.act.acts import act_of
from govern.shutdown.act.held import HeldJournal

#: How long a state is looked at that isn't final yet: these pauses, a minute in all.
PAUSES = (1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0, 8.0, 15.0, 15.0)
LONGEST = 60.0


@dataclass(frozen=True)
class Made:
    """What came of an act. ``at`` is naive, on the clock of the run. ``over``: nothing more may be
    called in this run."""

    outcome: str
    basis: str | None
    reason: str
    at: datetime | None = None
    over: bool = False


@dataclass
class Maker:
    """``unbroken``: what runs in it isn't broken off by a signal; ``is_ending``: whether one
    came. ``wait`` and ``elapsed``, in seconds, are given so that tests needn't wait."""

    account: Account
    held: HeldJournal
    clock: tzinfo
    unbroken: Callable[[], AbstractContextManager[None]] = nullcontext
    is_ending: Callable[[], bool] = lambda: False
    wait: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = field(default=time.monotonic)

    def make(self, step: str, act: Act, live: Live, undoes: Intent | None = None) -> Made:
        """Make the act; raises ``file`` where the journal can't be written."""
        thing = live.thing
        with self.unbroken():
            before = undoes.before if undoes else {"state": live.state, **live.before}
            seq = undoes.seq if undoes else None
            place = (thing.region_id, thing.workspace_id)
            intent = self.held.intend(step, act.name, thing.id, place, before, seq)
            if undoes and act.judged(live.state) == "proved":
                # Somebody took it back already: that is written down, and nothing is called.
                return self._end(intent, "done", "live", f"it is {live.state} already")
            try:
                reply = self.account.call(act.name, thing, before, back=undoes is not None)
            except CallFailed as failed:
                return self._refused(intent, act, thing, failed)
            return self._answered(intent, act, thing, reply)

    def settle(self, intent: Intent) -> Made:
        """Ask what came of an intent, and write it down if it is known."""
        act = act_of(intent)
        thing = Thing(act.about, intent.target, intent.region_id, intent.workspace_id)
        try:
            live = self._live(thing)
        except CallFailed as failed:
            reason = f"what came of {intent.act} isn't known: {failed}"
            if intent.state == "accepted":
                return Made("accepted", "journal", f"the account took it; {failed}")
            if intent.state is None:
                self.held.end(intent, "unknown", None, failed.code, failed.request_id)
            return Made("unknown", None, reason, over=True)
        word = _word(act, live)
        if word == "proved":
            return self._end(intent, "done", "live", f"the account says it is {live.state}")
        if word == "under_way" or (word == "made" and intent.state == "accepted"):
            reason = f"the account took it, and says it is {live.state}"
            if intent.state == "accepted":
                return Made("accepted", "live", reason)
            return self._end(intent, "accepted", "live", reason)
        return self._end(intent, "not_done", "live", f"the account says it is {live.state}")

    def _answered(self, intent: Intent, act: Act, thing: Thing, reply: Reply) -> Made:
        """The account took it: its state is looked at until it is final."""
        request = _request(reply)
        until = self.elapsed() + LONGEST
        reason = "the account took it"
        for pause in (0.0, *PAUSES):
            if pause:
                if self.is_ending() or self.elapsed() + pause > until:
                    break
                self.wait(pause)
            try:
                live = self._live(thing)
            except CallFailed as failed:
                reason = f"the account took it, and its state can't be had: {failed}"
                if failed.of_every_call:
                    made = self._end(intent, "accepted", "response", reason, None, request)
                    return Made(made.outcome, made.basis, made.reason, made.at, over=True)
                continue
            if _word(act, live) == "proved":
                proof = f"the account says it is {live.state}"
                return self._end(intent, "done", "response", proof, None, request)
            reason = f"the account took it, and says it is {live.state}"
        return self._end(intent, "accepted", "response", reason, None, request)

    def _refused(self, intent: Intent, act: Act, thing: Thing, failed: CallFailed) -> Made:
        """Refused, or no whole answer: the state says whether it happened all the same."""
        lost = failed.happened or failed.code is None
        code, request = failed.code, failed.request_id
        try:
            live = None if failed.refused_credentials else self._live(thing)
        except CallFailed as again:
            if lost:
                made = self._end(intent, "unknown", None, f"{failed}; then {again}", code, request)
                return Made(made.outcome, made.basis, made.reason, made.at, over=True)
            live = None
        if live and _word(act, live) == "proved":
            return self._end(
                intent, "done", "live", f"{live.state}, though {failed}", code, request
            )
        if live and _word(act, live) == "under_way":
            return self._end(intent, "accepted", "live", f"{live.state}, {failed}", code, request)
        if lost:
            self._end(intent, "not_done", "live", "", code, request)
            return Made("failed", "live", f"it didn't happen: {failed}")
        made = self._end(intent, "failed", "response", str(failed), code, request)
        over = failed.refused_credentials
        return Made(made.outcome, made.basis, made.reason, made.at, over=over)

    def _live(self, thing: Thing) -> Live:
        live = self.account.live(thing)
        if live.state == UNSEEN:
            raise CallFailed("apply", live.reason, status=403, code="NoApiKey")
        return live

    def _end(
        self,
        intent: Intent,
        outcome: str,
        basis: str | None,
        reason: str,
        code: str | None = None,
        request: str | None = None,
    ) -> Made:
        written = self.held.end(intent, outcome, basis, code, request)
        return Made(outcome, basis, reason, written.at.on(self.clock))


def _word(act: Act, live: Live) -> str:
    """As the act judges it; what isn't listed any more proves the end that was intended."""
    if live.state == GONE and act.ends:
        return "proved"
    return act.judged(live.state)


def _request(reply: Reply) -> str | None:
    names = ("requestId", "RequestId", "request_id")
    value = next((reply.body[name] for name in names if reply.body.get(name)), None)
    return str(value)[:100] if value else None
