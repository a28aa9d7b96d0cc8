"""Calls: reads are repeated, acts are not; failures say what to do; nothing secret is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cloud.raw import answer, said, serving
from standin.server import StandIn, running

from govern.cloud import modelstudio, repeat, sts
from govern.cloud.client import Client
from govern.cloud.endpoint import Endpoints, checked
from govern.cloud.failure import CallFailed
from govern.cloud.secret import Credentials, Secret
from govern.cloud.transport import Transport
from govern.model.errors import GovernError

WHERE = "cn-beijing"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with running() as one:
        one.account.workspace("llm-a")
        for number in range(25):
            one.account.key(2000000 + number, "llm-a")
        yield one


def client_of(standin: StandIn, *, timeout: float = 5.0) -> Client:
    told = standin.environment()
    key, secret = next(iter(standin.account.access_keys.items()))
    token = Secret(standin.account.token) if standin.account.token else None
    endpoints = {
        name: told[f"GOVERN_ENDPOINT_{name.upper()}"]
        for name in ("sts", "modelstudio", "bss", "dashscope")
    }
    waited: list[float] = []
    client = Client(
        Transport(timeout, 4),
        Endpoints(endpoints),
        Credentials(key, Secret(secret), token, "environment"),
        sleep=waited.append,
        jitter=lambda: 1.0,
    )
    client.waited = waited  # type: ignore[attr-defined]
    return client


def test_a_signed_call_is_taken(standin: StandIn) -> None:
    caller = sts.caller(client_of(standin))
    assert (caller.account_id, caller.kind) == ("1902910424969427", "Account")


@pytest.mark.parametrize(
    "fault",
    ["429", "throttled", "500", "reset before", "half a body", "no json", "503 after"],
)
def test_a_read_is_repeated_until_it_succeeds(standin: StandIn, fault: str) -> None:
    standin.faults = {("ListApiKeys", 1): fault, ("ListApiKeys", 2): fault}
    rows = modelstudio.api_keys(client_of(standin), WHERE)
    assert len(rows.rows) == 25
    assert standin.count("ListApiKeys") == 3
    nonces = [call.nonce for call in standin.calls]
    assert len(set(nonces)) == len(nonces)


def test_a_read_is_tried_six_times_with_doubled_waits(standin: StandIn) -> None:
    standin.faults = {("ListApiKeys", 0): "reset before"}
    client = client_of(standin)
    with pytest.raises(CallFailed, match="modelstudio:ListApiKeys: no answer"):
        modelstudio.api_keys(client, WHERE)
    assert standin.count("ListApiKeys") == 6
    assert client.waited == [0.5, 1.0, 2.0, 4.0, 8.0]  # type: ignore[attr-defined]


def test_two_minutes_are_enough_for_one_call(standin: StandIn) -> None:
    standin.faults = {("ListApiKeys", 0): "reset before"}
    client = client_of(standin)
    passed = iter(range(0, 1000, 25))
    client.elapsed = lambda: float(next(passed))
    with pytest.raises(CallFailed):
        modelstudio.api_keys(client, WHERE)
    assert standin.count("ListApiKeys") < 4


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7.0), ("3600", 60.0), ("soon", 2.0)])
def test_a_service_may_ask_for_patience_up_to_a_minute(asked: str, seconds: float) -> None:
    assert repeat.wait(3, {"retry-after": asked}, 1.0) == seconds


@pytest.mark.parametrize("fault", ["success false", "expired", "redirect", "leak"])
def test_a_final_refusal_is_not_repeated(standin: StandIn, fault: str) -> None:
    standin.faults = {("ListApiKeys", 0): fault}
    with pytest.raises(CallFailed):
        modelstudio.api_keys(client_of(standin), WHERE)
    assert standin.count("ListApiKeys") == 1


def test_a_missing_permission_is_named(standin: StandIn) -> None:
    standin.account.denied = {"modelstudio:ListApiKeys"}
    with pytest.raises(CallFailed) as failed:
        modelstudio.api_keys(client_of(standin), WHERE)
    assert failed.value.permission == "modelstudio:ListApiKeys"
    assert "missing permission: modelstudio:ListApiKeys" in str(failed.value)
    assert failed.value.request_id


@pytest.mark.parametrize(
    ("status", "code", "permission"),
    [
        (403, "NoPermission", "modelstudio:ListApiKeys"),
        (403, "Forbidden.RAM", "modelstudio:ListApiKeys"),
        (403, "AccessDenied", "modelstudio:ListApiKeys"),
        (401, "Unauthorized", "modelstudio:ListApiKeys"),
        (200, "NotAuthorized", "modelstudio:ListApiKeys"),
        (403, "Forbidden.AccessKeyDisabled", None),
        (403, "InvalidSecurityToken.Expired", None),
        (404, "ApiKey.NotFound", None),
    ],
)
def test_where_the_answer_names_no_action_the_operation_does(
    status: int, code: str, permission: str | None
) -> None:
    body = json.dumps({"Success": False, "Code": code, "Message": "m"}).encode()
    with serving(said(answer(body, f"HTTP/1.1 {status} X"))) as (url, _):
        client = Client(
            Transport(5, 1),
            Endpoints({"modelstudio": url}),
            Credentials("LTAI5tCanaryAccess0001", Secret("canary-secret"), None, "environment"),
        )
        with pytest.raises(CallFailed) as failed:
            modelstudio.api_keys(client, WHERE)
    assert failed.value.permission == permission


def test_an_act_whose_answer_is_lost_is_not_repeated(standin: StandIn) -> None:
    client = client_of(standin)
    for fault, happened in (("reset after", True), ("503 after", True), ("half a body", True)):
        standin.faults = {("DisableApiKey", standin.count("DisableApiKey") + 1): fault}
        before = standin.count("DisableApiKey")
        with pytest.raises(CallFailed) as failed:
            client.act(modelstudio.DISABLE_API_KEY, region_id=WHERE, id="2000001")
        assert standin.count("DisableApiKey") == before + 1
        assert failed.value.happened is happened


def test_an_act_that_was_throttled_is_repeated(standin: StandIn) -> None:
    standin.faults = {("DisableApiKey", 1): "429", ("DisableApiKey", 2): "throttled"}
    client_of(standin).act(modelstudio.DISABLE_API_KEY, region_id=WHERE, id="2000001")
    assert standin.count("DisableApiKey") == 3
    assert modelstudio.api_key(client_of(standin), WHERE, "2000001")["disabled"] == 1


def test_a_page_token_that_comes_twice_ends_the_list_as_broken(standin: StandIn) -> None:
    standin.page, standin.endless = 5, {"ListApiKeys"}
    with pytest.raises(CallFailed, match="twice|rows where there should be"):
        modelstudio.api_keys(client_of(standin), WHERE)
    assert standin.count("ListApiKeys") < 20


def test_numbers_are_read_exactly(standin: StandIn) -> None:
    from decimal import Decimal

    from govern.cloud import bss

    standin.account.charge("2026-09-01", "0.1234567890123")
    (row,) = bss.instance_bill(client_of(standin), __import__("datetime").date(2026, 9, 1)).rows
    assert row["PretaxAmount"] == Decimal("0.1234567890123")


def test_the_accounts_clock_signs_where_this_machines_is_wrong(standin: StandIn) -> None:
    standin.skew = 5 * 3600.0
    client = client_of(standin)
    assert sts.caller(client).account_id == "1902910424969427"
    assert standin.count("GetCallerIdentity") == 2
    assert abs(client.skew - 5 * 3600) < 60
    client.act(modelstudio.DISABLE_API_KEY, region_id=WHERE, id="2000001")
    assert standin.count("DisableApiKey") == 1
    assert abs(client.clock.timestamp() - time.time() - 5 * 3600) < 60


def test_no_answer_in_time_is_told_in_one_line(standin: StandIn) -> None:
    standin.faults = {("GetCallerIdentity", 0): "time-out before"}
    client = client_of(standin, timeout=0.3)
    client.sleep = lambda seconds: None
    told = r"^sts:GetCallerIdentity: no answer: no whole answer within 0\.3 s$"
    with pytest.raises(CallFailed, match=told):
        sts.caller(client)


def test_no_secret_is_in_a_failure_even_where_the_server_repeats_them(standin: StandIn) -> None:
    standin.account.token = "stand-in-token-canary"
    standin.account.api_keys = {"sk-canarycanarycanary": "llm-a"}
    standin.faults = {("ListApiKeys", 0): "leak"}
    with pytest.raises(CallFailed) as failed:
        modelstudio.api_keys(client_of(standin), WHERE)
    told = repr(failed.value) + str(failed.value) + repr(vars(failed.value))
    assert "canary" not in told


def test_a_secret_is_shown_by_nothing() -> None:
    import copy
    import pickle

    secret = Secret("canary")
    credentials = Credentials("LTAI5tAbcdefgh0001", secret, secret, "environment")
    shown = f"{secret} {secret!r} {secret!s:>20} {credentials} {[secret]}"
    assert "canary" not in shown
    assert credentials.shown == "LTAI…0001"
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "ftp://127.0.0.1", "127.0.0.1:80", "http://u:p@127.0.0.1/", "http://"],
)
def test_a_replaced_endpoint_is_https_or_this_machine(url: str) -> None:
    with pytest.raises(GovernError) as refused:
        checked("GOVERN_ENDPOINT_STS", url)
    assert refused.value.cause == "usage"


def test_an_endpoint_with_a_path_is_signed_with_it(standin: StandIn) -> None:
    client = client_of(standin)
    base = client.endpoints.replaced["modelstudio"]
    assert base.endswith("/ms/{region}")
    assert len(modelstudio.workspaces(client, WHERE).rows) == 1
    without = replace(client.endpoints, replaced={**client.endpoints.replaced, "sts": base[:-12]})
    assert without.base(sts.SERVICE, "").path == ""
