"""Profiles whose key is a temporary one: RAM roles, OIDC for CI, ECS, through Alibaba's library.

The library itself runs; only where its HTTP goes is turned to a local server (standin/roles.py).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloud import secret_service
from standin import command
from standin.command import Ran
from standin.roles import ECS, STS, Roles, asked_here, serving
from standin.server import StandIn, running

pytest.importorskip("alibabacloud_credentials")

USER = ("LTAI5tCanaryUser0001", "canary-secret-of-a-user")
GIVEN = ("STS.CanaryTemporary0007", "canary-secret-of-a-role", "canary+token/of==a-role")
ROLE = "acs:ram::1902910424969427:role/collector"
NEXT = "acs:ram::1902910424969427:role/auditor"
PROVIDER = "acs:ram::1902910424969427:oidc-provider/ci"
OIDC_TOKEN = "eyCanary.oidc.token"

USER_KEY = {"access_key_id": USER[0], "access_key_secret": USER[1]}
PROFILES: dict[str, dict[str, Any]] = {
    "user": {"mode": "AK", **USER_KEY},
    "role": {"mode": "RamRoleArn", **USER_KEY, "ram_role_arn": ROLE, "ram_session_name": "night"},
    "regional": {
        "mode": "RamRoleArn",
        **USER_KEY,
        "ram_role_arn": ROLE,
        "sts_region": "cn-hangzhou",
    },
    "chain": {"mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": NEXT},
    "ci": {
        "mode": "OIDC",
        "ram_role_arn": ROLE,
        "oidc_provider_arn": PROVIDER,
        "oidc_token_file": "oidc-token",
        "role_session_name": "pipeline",
    },
    "ecs": {"mode": "EcsRamRole"},
    "ecs-named": {"mode": "EcsRamRole", "ram_role_name": "worker"},
}  # fmt: skip


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """An account that takes the temporary key, and no other."""
    with running() as one:
        one.account.access_keys = {GIVEN[0]: GIVEN[1]}
        one.account.token = GIVEN[2]
        one.account.identity = "AssumedRoleUser"
        yield one


@pytest.fixture
def roles() -> Iterator[Roles]:
    one = Roles(GIVEN, dict((USER,)), {ROLE: {USER[0]}, NEXT: {GIVEN[0]}})
    one.oidc_token, one.instance_role, one.hardened = OIDC_TOKEN, "worker", True
    with serving(one), asked_here(one.port):
        yield one


def profiles(home: Path, **more: dict[str, Any]) -> None:
    known = [{"name": name, **one} for name, one in {**PROFILES, **more}.items()]
    (home / ".aliyun").mkdir()
    (home / ".aliyun" / "config.json").write_text(json.dumps({"profiles": known}))
    (home / "oidc-token").write_text(OIDC_TOKEN)


def govern(home: Path, standin: StandIn, *words: str) -> Ran:
    told = {**command.environment(None, home), **command.endpoints(standin)}
    ran = command.alone(told, home, *words, "-v")
    for text in (ran.out, ran.err, ran.trace):
        assert "anary" not in text.replace("STS.…0007", ""), text
    return ran


def checked(home: Path, standin: StandIn, name: str) -> Ran:
    return govern(home, standin, "auth", "status", "--check", "--profile", name, "--format", "json")


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("role", [STS]),
        ("regional", ["sts.cn-hangzhou.aliyuncs.com"]),
        ("chain", [STS, STS]),
        ("ci", [STS]),
        # Its name, a token for each of two questions, and the key.
        ("ecs", [ECS] * 4),
        ("ecs-named", [ECS] * 2),
    ],
)
def test_a_temporary_key_is_asked_for_and_used(
    tmp_path: Path, standin: StandIn, roles: Roles, name: str, hosts: list[str]
) -> None:
    profiles(tmp_path)
    ran = checked(tmp_path, standin, name)
    assert ran.code == 0, ran.err
    assert ran.told["credentials"] == {
        "source": "profile",
        "access_key_id": "STS.…0007",
        "token": True,
    }
    assert ran.told["account_id"] == "1902910424969427"
    assert [host for host, _, _ in roles.calls] == hosts


def test_what_is_asked_for_is_what_the_profile_says(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    assert checked(tmp_path, standin, "role").code == 0
    assert checked(tmp_path, standin, "ci").code == 0
    role, oidc = (told for _, _, told in roles.calls)
    assert (role["Action"], role["RoleArn"], role["RoleSessionName"]) == (
        "AssumeRole",
        ROLE,
        "night",
    )
    assert (oidc["Action"], oidc["OIDCProviderArn"], oidc["OIDCToken"]) == (
        "AssumeRoleWithOIDC",
        PROVIDER,
        OIDC_TOKEN,
    )


def test_a_pipeline_collects_with_the_key_of_its_role(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    standin.account.workspace("llm-a")
    standin.account.key(2000001, "llm-a")
    words = ("collect", "inventory", "-o", "inventory.json", "--profile", "ci", "--sees-all")
    ran = govern(tmp_path, standin, *words, "--only", "api_keys,workspaces,plans")
    assert ran.code == 0, ran.err
    assert len(json.loads((tmp_path / "inventory.json").read_text())["api_keys"]) == 1
    # One key for the whole run.
    assert len(roles.calls) == 1


def test_the_profile_of_the_nightly_job_is_taken(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "ci.md").read_text("utf-8")
    (text,) = re.findall(r'\{"current".*?\]\}', page, re.DOTALL)
    told = json.loads(text)
    (one,) = told["profiles"]
    roles.trusts = {one["ram_role_arn"]: set()}
    profiles(tmp_path)
    held = text.replace(one["oidc_token_file"], "oidc-token")
    (tmp_path / ".aliyun" / "config.json").write_text(held)
    ran = govern(tmp_path, standin, "collect", "bills", "--month", command.MONTH, "-o", "bills")
    assert ran.code == 0, ran.err
    ((_, _, asked),) = roles.calls
    assert asked["OIDCProviderArn"] == one["oidc_provider_arn"]
    assert asked["RoleSessionName"] == one["role_session_name"]
    # An hour, unless the profile says otherwise.
    assert asked["DurationSeconds"] == "3600"


def test_an_instance_without_metadata_tokens_is_asked_without(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    roles.metadata_token, roles.hardened = None, False
    assert checked(tmp_path, standin, "ecs").code == 0


def test_offline_nobody_is_asked(tmp_path: Path, standin: StandIn, roles: Roles) -> None:
    profiles(tmp_path)
    for name in ("role", "chain", "ci", "ecs"):
        ran = govern(tmp_path, standin, "auth", "status", "--profile", name, "--format", "json")
        assert (ran.code, ran.told["credentials"]["token"]) == (0, True)
    assert roles.calls == []


def refused(ran: Ran, standin: StandIn, said: str, code: int = 5) -> None:
    assert (ran.code, ran.out) == (code, ""), ran
    assert ran.err.count("\n") == 1
    assert said in ran.err, ran.err
    assert standin.calls == []


NOBODY = {"mode": "RamRoleArn", "access_key_id": "LTAI5tUnknown0009", "access_key_secret": USER[1]}


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (
            {**PROFILES["role"], "ram_role_arn": NEXT},
            "has mode RamRoleArn: sts:AssumeRole: NoPermission "
            "(missing permission: sts:AssumeRole) (request REQ-7)\n",
        ),
        (
            {**PROFILES["role"], "ram_role_arn": ROLE + "x"},
            "sts:AssumeRole: EntityNotExist.Role (request REQ-7)\n",
        ),
        (
            {**NOBODY, "ram_role_arn": ROLE},
            "sts:AssumeRole: InvalidAccessKeyId.NotFound (request REQ-7)\n",
        ),
        (
            {**PROFILES["role"], "access_key_secret": "canary-another-secret"},
            "sts:AssumeRole: SignatureDoesNotMatch (request REQ-7)\n",
        ),
        ({**PROFILES["role"], "ram_role_arn": ""}, "sts:AssumeRole: no key came: ValueError\n"),
        ({**PROFILES["role"], "expired_seconds": 60}, "sts:AssumeRole: no key came: ValueError\n"),
        (
            {**PROFILES["ci"], "ram_role_arn": ROLE + "x"},
            "sts:AssumeRoleWithOIDC: EntityNotExist.Role (request REQ-7)\n",
        ),
        (
            {**PROFILES["ci"], "oidc_token_file": "gone"},
            "sts:AssumeRoleWithOIDC: no token: gone: No such file or directory\n",
        ),
        ({**PROFILES["ecs"], "ram_role_name": "x"}, "ECS metadata service: HTTP 40"),
        (
            {**PROFILES["chain"], "source_profile": "gone"},
            "sts:AssumeRole: no key came: CredentialException\n",
        ),
    ],
)
def test_a_key_that_does_not_come_is_told_in_one_line(
    tmp_path: Path, standin: StandIn, roles: Roles, profile: dict[str, Any], said: str
) -> None:
    profiles(tmp_path, wrong=profile)
    refused(checked(tmp_path, standin, "wrong"), standin, said)


@pytest.mark.parametrize("name", ["role", "ci", "ecs-named", "chain"])
@pytest.mark.parametrize(
    "answer",
    [
        (200, "<html>sign in</html>"),
        (200, '{"Credentials": {"AccessKeySecret": "canary"}, "Code": "Success"}'),
        (200, '{"Credentials": {"AccessKeyId": "STS.x", "AccessKeySecret": "canary", '
              '"SecurityToken": "canary", "Expiration": "soon"}}'),
        (500, "canary"),
        (400, '{"Code": "canary canary", "RequestId": "canary"}'),
        (400, '{"Code": {"canary": 1}}'),
        (400, "{" * 100_000),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_tells_nothing(
    tmp_path: Path, standin: StandIn, roles: Roles, name: str, answer: tuple[int, str]
) -> None:
    profiles(tmp_path)
    roles.answer = answer
    refused(checked(tmp_path, standin, name), standin, "has mode ")


def test_an_expired_token_of_a_pipeline_is_told_as_such(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    roles.oidc_token = "another"
    said = "sts:AssumeRoleWithOIDC: AuthenticationFail.OIDCToken.Expired (request REQ-7)\n"
    refused(checked(tmp_path, standin, "ci"), standin, said)


@pytest.mark.parametrize("name", ["role", "ci", "ecs"])
def test_a_key_that_has_expired_is_not_used(
    tmp_path: Path, standin: StandIn, roles: Roles, name: str
) -> None:
    profiles(tmp_path)
    roles.expires = "2020-01-01T00:00:00Z"
    refused(checked(tmp_path, standin, name), standin, "no key came: CredentialException\n")


def test_a_key_that_the_account_calls_expired_ends_the_run(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    standin.account.token = "a later one"
    ran = checked(tmp_path, standin, "role")
    assert (ran.code, ran.out) == (5, "")
    assert "sts:GetCallerIdentity: InvalidSecurityToken.Expired" in ran.err


def test_an_instance_without_a_role_has_no_key(
    tmp_path: Path, standin: StandIn, roles: Roles
) -> None:
    profiles(tmp_path)
    roles.instance_role, roles.hardened = None, False
    refused(checked(tmp_path, standin, "ecs"), standin, "ECS metadata service: HTTP 404\n")


def test_where_there_is_no_metadata_service_there_is_no_key(
    tmp_path: Path, standin: StandIn
) -> None:
    profiles(tmp_path)
    with serving(Roles(GIVEN)) as gone:
        pass
    with asked_here(gone.port):
        ran = checked(tmp_path, standin, "ecs")
        refused(ran, standin, "has mode EcsRamRole: ECS metadata service: no answer\n")
        ran = checked(tmp_path, standin, "role")
        refused(ran, standin, "has mode RamRoleArn: sts:AssumeRole: no answer\n")


@pytest.mark.parametrize("mode", ["RsaKeyPair", "CredentialsURI", "canary"])
def test_a_mode_that_nobody_knows_is_wrong_usage(
    tmp_path: Path, standin: StandIn, mode: str
) -> None:
    profiles(tmp_path, other={"mode": mode})
    words = ("auth", "status", "--check", "--profile", "other")
    told = {**command.environment(None, tmp_path), **command.endpoints(standin)}
    ran = command.alone(told, tmp_path, *words)
    refused(ran, standin, f"has mode {mode}: use one of AK, StsToken, RamRoleArn, ", code=2)


def test_an_ecs_instance_as_it_is_by_a_process_of_its_own(tmp_path: Path, standin: StandIn) -> None:
    """Nothing is turned aside: a proxy is where the metadata service answers."""
    profiles(tmp_path)
    one = Roles(GIVEN, instance_role="worker")
    with serving(one):
        done = subprocess.run(
            [sys.executable, "-m", "govern", "auth", "status", "--check", "--profile", "ecs"],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": secret_service.SOURCES,
                "HOME": str(tmp_path),
                "HTTP_PROXY": f"http://127.0.0.1:{one.port}",
                "DEBUG": "sdk",  # the library's own word for showing whole requests
                **command.endpoints(standin),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "access key STS.…0007, temporary" in done.stdout
    assert [host for host, _, _ in one.calls] == [ECS] * 4
