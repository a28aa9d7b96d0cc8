"""Bad days on the wire: one answer has one time limit, and no answer can do harm."""

from __future__ import annotations

import json
import logging
import time
import traceback
from decimal import Decimal

import pytest
from cloud.raw import answer, dripping, said, serving

from govern.cloud import modelstudio, paging, repeat, sts
from govern.cloud.client import Client
from govern.cloud.endpoint import Endpoints, checked
from govern.cloud.failure import CallFailed
from govern.cloud.pace import Pace
from govern.cloud.paging import Page
from govern.cloud.pool import pool
from govern.cloud.secret import Credentials, Secret
from govern.cloud.transport import Transport
from govern.model.errors import GovernError

CANARY = "canary-of-a-secret"
KEY = "LTAI5tCanaryAccess0001"
CALLER = b'{"AccountId": "1902910424969427", "IdentityType": "Account", "Arn": "a"}'


def client_for(url: str, *, timeout: float = 5.0, secret: str = CANARY) -> Client:
    return Client(
        Transport(timeout, 4),
        Endpoints(dict.fromkeys(("sts", "modelstudio", "bss"), url)),
        Credentials(KEY, Secret(secret), None, "environment"),
        sleep=lambda seconds: None,
    )


def failure_of(data: bytes) -> CallFailed:
    with serving(said(data)) as (url, _), pytest.raises(CallFailed) as failed:
        sts.caller(client_for(url))
    return failed.value


@pytest.mark.parametrize(
    "data",
    [answer(CALLER), b"HTTP/1.1 200 OK\r\n" + b"X-Drip: 1\r\n" * 50 + b"\r\n"],
    ids=["the body", "the headers"],
)
def test_an_answer_that_drips_has_no_more_time_than_another(data: bytes) -> None:
    with serving(dripping(data, 0.05)) as (url, taken):
        client = client_for(url, timeout=0.4)
        began = time.monotonic()
        with pytest.raises(CallFailed, match=r"no whole answer within 0\.4 s"):
            client.act(modelstudio.DISABLE_API_KEY, region_id="cn-beijing", id="1")
        assert time.monotonic() - began < 2
    assert len(taken) == 1


def test_a_call_ends_after_two_minutes_even_within_an_attempt() -> None:
    with serving(dripping(answer(CALLER), 60)) as (url, _):
        client = client_for(url, timeout=600)
        clock = iter([0.0, 119.8, 120.5, 121.0, 122.0])
        client.elapsed = lambda: next(clock)
        with pytest.raises(CallFailed, match=r"no whole answer within 0\.2 s"):
            sts.caller(client)


def test_an_act_that_was_never_sent_needs_no_question() -> None:
    with serving(said(b"")) as (url, _):
        pass
    client = client_for(url)
    with pytest.raises(CallFailed, match="the connection was refused") as failed:
        client.act(modelstudio.DISABLE_API_KEY, region_id="cn-beijing", id="1")
    assert failed.value.happened is False


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_an_act_about_nothing_is_never_called(id: str) -> None:
    with serving(said(answer(b"{}"))) as (url, taken):
        with pytest.raises(CallFailed, match="InvalidId"):
            client_for(url).act(modelstudio.DELETE_API_KEY, region_id="cn-beijing", id=id)
    assert taken == []


def test_an_id_with_a_slash_stays_one_id() -> None:
    with serving(said(answer(b"{}"))) as (url, taken):
        client_for(url).act(modelstudio.DELETE_API_KEY, region_id="cn-beijing", id="../workspaces")
    assert taken[0].startswith(b"DELETE /modelstudio/apikeys/..%2Fworkspaces HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"code": "NoSuchThing", "message": "m", "requestId": "r"}', "NoSuchThing"),
        (b'{"code": "NoSuchThing", "data": null}', "NoSuchThing"),
        (b'{"Success": false}', "HTTP 200"),
        (b'{"success": "false", "code": "Nope"}', "Nope"),
        (b'{"error": {"code": "invalid", "message": "m"}}', "invalid"),
    ],
)
def test_a_failure_under_status_200_is_one(body: bytes, code: str) -> None:
    assert failure_of(answer(body)).code == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"n": NaN}',
        b'{"n": 1e999999999}',
        b'{"n": 0e-999999999}',
        b'{"n": ' + b"1" * 5000 + b"}",
        b"\xff\xfe{",
        b'{"AccountId": "../../etc/passwd"}',
        b'{"AccountId": "1902910424969427"',
    ],
)
def test_what_is_no_answer_of_the_account_is_a_failure(body: bytes) -> None:
    assert failure_of(answer(body)).code == "BrokenAnswer"


def test_numbers_are_exact() -> None:
    body = b'{"a": 0.1234567890123456789, "b": 1.50, "c": 123456789012345678901234567890}'
    with serving(said(answer(body))) as (url, _):
        told = client_for(url).read(modelstudio.LIST_API_KEYS, region_id="cn-beijing").body
    assert (told["a"], str(told["b"])) == (Decimal("0.1234567890123456789"), "1.50")
    assert told["c"] == 123456789012345678901234567890


def test_an_answer_without_end_is_left() -> None:
    def serve(connection: object) -> None:
        connection.recv(65536)  # type: ignore[attr-defined]
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")  # type: ignore[attr-defined]
        while True:
            connection.sendall(b" " * (1 << 20))  # type: ignore[attr-defined]

    with serving(serve) as (url, taken):
        with pytest.raises(CallFailed, match="more than 64 MiB"):
            sts.caller(client_for(url, timeout=60))
    assert len(taken) == 1


def test_a_page_of_somebody_else_is_told_by_its_status() -> None:
    data = answer(b"<html>no such page</html>", "HTTP/1.1 404 Not Found")
    with serving(said(data)) as (url, taken):
        with pytest.raises(CallFailed, match="HTTP 404: an answer that is no JSON"):
            sts.caller(client_for(url))
    assert len(taken) == 1


def test_a_redirect_is_not_followed_and_its_cookies_are_not_kept() -> None:
    more = ("Location: http://192.0.2.1/", "Set-Cookie: a=b")
    data = answer(b"moved", "HTTP/1.1 307 Temporary Redirect", *more)
    with serving(said(data)) as (url, taken):
        client = client_for(url)
        for _ in range(2):
            with pytest.raises(CallFailed, match="Redirect"):
                sts.caller(client)
    assert len(taken) == 2
    assert b"ookie" not in taken[1]


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with serving(said(answer(CALLER))) as (url, _):
        assert sts.caller(client_for(url)).account_id == "1902910424969427"


def test_a_proxy_is_asked_for_what_lies_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    data = answer(b"", "HTTP/1.1 407 Proxy Authentication Required")
    with serving(said(data)) as (proxy, taken):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        client = client_for("https://sts.example.com")
        with pytest.raises(CallFailed, match="no answer: the proxy refused") as failed:
            client.act(modelstudio.DISABLE_API_KEY, region_id="cn-beijing", id="1")
    assert taken[0].startswith(b"CONNECT sts.example.com:443")
    assert CANARY.encode() not in taken[0] and KEY.encode() not in taken[0]
    assert failed.value.happened is False


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "soon", "Thu, 01 Jan 1970 x"])
def test_a_senseless_date_is_no_clock(date: str) -> None:
    with serving(said(answer(CALLER, "HTTP/1.1 200 OK", f"Date: {date}"))) as (url, _):
        client = client_for(url)
        sts.caller(client)
    assert client.skew == 0


def test_the_service_may_name_the_instant_of_the_next_try() -> None:
    headers = {
        "date": "Tue, 01 Sep 2026 00:00:00 GMT",
        "retry-after": "Tue, 01 Sep 2026 00:00:09 GMT",
    }
    assert repeat.wait(1, headers, 1.0) == 9.0


def test_an_interruption_ends_what_is_in_flight_and_what_waits() -> None:
    with serving(dripping(answer(CALLER), 30)) as (url, taken):
        client = client_for(url, timeout=60)
        client.sleep = None
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt), pool(client, 2) as threads:
            waiting = [threads.submit(sts.caller, client) for _ in range(8)]
            while len(taken) < 2:
                time.sleep(0.01)
            raise KeyboardInterrupt
        assert time.monotonic() - began < 5
    assert len(taken) == 2
    assert all(one.cancelled() or one.exception() for one in waiting)


def test_so_many_requests_are_in_flight_at_once_and_no_more() -> None:
    import socket
    import threading

    now, most, lock = [0], [0], threading.Lock()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        connection.sendall(answer(CALLER))

    with serving(serve) as (url, _):
        client = client_for(url)
        client.transport = Transport(5, 3)
        threads = [threading.Thread(target=sts.caller, args=(client,)) for _ in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert most[0] == 3


def test_instance_bills_leave_evenly_and_at_most_eight_a_second() -> None:
    now = [100.0]
    left: list[float] = []

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(8, lambda: now[0], sleep)
    for _ in range(30):
        pace.wait()
        left.append(now[0])
    assert all(right - left_ > 1 for left_, right in zip(left, left[8:], strict=False))
    assert left[-1] - left[0] < 4
    now[0] += 60
    pace.wait()
    pace.wait()
    assert now[0] - left[-1] < 61


AT = __import__("datetime").datetime(2026, 9, 1)


def pages(*told: tuple[int, str | None, int | None]) -> object:
    waiting = iter(told)

    def page(token: object) -> Page:
        count, next, total = next_of(waiting)
        return Page([{"n": number} for number in range(count)], next, total, AT)

    return page


def next_of(waiting: object) -> tuple[int, str | None, int | None]:
    return next(waiting)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        ([(2, "a", 3), (1, None, 3)], 3),
        ([(2, None, None)], 2),
        ([(2, "a", 3), (0, None, 3), (2, "a", 3), (1, None, 3)], 3),  # read again
        ([(2, "a", 3), (2, None, 3)], 4),  # one was made while it was read
        ([(0, None, 0)], 0),
    ],
)
def test_a_list_is_read_to_its_end(told: list[object], rows: int) -> None:
    assert len(paging.read("t", pages(*told)).rows) == rows  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([(2, "a", 9), (2, "a", 9)], "a page token that came twice"),
        ([(2, "a", 2), (2, "b", 2)], "4 rows where there should be 2"),
        ([(2, None, 3)] * 3, "2 rows where there should be 3, read 3 times"),
        ([(0, str(number), 5) for number in range(20)], "pages that never end"),
    ],
)
def test_a_list_that_does_not_add_up_is_broken(told: list[object], why: str) -> None:
    with pytest.raises(CallFailed, match=f"^t: BrokenList: {why}$"):
        paging.read("t", pages(*told))  # type: ignore[arg-type]


def numbered(rows: int, most: int, *, same: bool = False) -> object:
    """A service that gives at most so many rows a page, whatever it is asked for."""

    def page(number: int) -> Page:
        start = 0 if same else (number - 1) * most
        return Page([{"n": at} for at in range(start, min(start + most, rows))], None, rows, AT)

    return page


def test_a_service_may_give_fewer_rows_a_page_than_it_was_asked_for() -> None:
    found = paging.read_numbered("t", numbered(45, 20), 300)  # type: ignore[arg-type]
    assert [row["n"] for row in found.rows] == list(range(45))


def test_a_service_that_does_not_turn_the_page_is_no_list() -> None:
    with pytest.raises(CallFailed, match="a page that came twice"):
        paging.read_numbered("t", numbered(45, 20, same=True), 300)  # type: ignore[arg-type]


def test_a_server_that_repeats_every_secret_tells_none() -> None:
    client = client_for("")
    client.secrets = [Secret("sk-ws-canary.0123456789")]
    spoken = f"{CANARY} sk-ws-canary.0123456789 sk-somebody-elses-key {KEY}"
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in CANARY)
    body = json.dumps({"AccountId": "1", "Arn": spoken, spoken: [spoken]})[:-1]
    body += f', "hidden": "{hidden}"}}'
    with serving(said(answer(body.encode()))) as (url, _):
        client.endpoints = Endpoints({"sts": url})
        told = client.read(sts._CALLER).body
    assert told["Arn"] == "(secret) (secret) (secret) LTAI…0001"
    assert told["hidden"] == "(secret)"
    assert "anary" not in repr(told)


def test_no_secret_is_in_logs_reprs_or_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    data = answer(json.dumps({"Code": "Leak", "Message": CANARY}).encode(), "HTTP/1.1 400 Bad")
    with serving(said(data)) as (url, _):
        client = client_for(url)
        with pytest.raises(CallFailed) as failed:
            sts.caller(client)
    error: BaseException | None = failed.value
    while error is not None:
        assert "anary" not in repr(error) + "".join(traceback.format_exception(error))
        error = error.__context__
    assert "anary" not in caplog.text + repr(client) + repr(client.transport)


@pytest.mark.parametrize("secret", ["with a blank in it", "naïve-canary", "line\nbreak-canary"])
def test_what_can_not_be_a_key_is_refused_before_it_is_sent(secret: str) -> None:
    with pytest.raises(GovernError, match="holds characters that no key has") as refused:
        Credentials.of("LTAI5tAbcdefgh0001", secret, "", "environment")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/{region}",
        "http://[::1]:8000",
        "http://127.8.8.8:1",
        "http://localhost",
        "https://modelstudio.{region}.example.com/a/b",
    ],
)
def test_an_endpoint_may_be(url: str) -> None:
    assert checked("GOVERN_ENDPOINT_STS", url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0:80",
        "http://127.0.0.1\\@example.com",
        "https://example.com#a",
        "https://exam ple.com",
        "https://exämple.com",
        "https://example.com/?a={region}",
        "http://127.0.0.1:http",
        "http://{region}",
    ],
)
def test_an_endpoint_may_not_be(url: str) -> None:
    with pytest.raises(GovernError) as refused:
        checked("GOVERN_ENDPOINT_STS", url)
    assert refused.value.cause == "usage"
