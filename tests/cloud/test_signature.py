"""The signature, held against the vector that Alibaba documents."""

from __future__ import annotations

from datetime import UTC, datetime

from requests import Request

from govern.cloud.secret import Credentials, Secret
from govern.cloud.signature import Acs3

CREDENTIALS = Credentials("YourAccessKeyId", Secret("YourAccessKeySecret"), None, "environment")


def test_the_documented_request_has_the_documented_signature() -> None:
    auth = Acs3(
        CREDENTIALS,
        "RunInstances",
        "2014-05-26",
        datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        "3156853299f313e23d1673dc12e1703d",
    )
    signed = Request(
        "POST",
        "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_"
        "20230811.vhd&RegionId=cn-shanghai",
        auth=auth,
    ).prepare()
    assert signed.headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )
