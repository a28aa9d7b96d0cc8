"""The official SDKs: they talk to our stand-in, and sign as we do. A second opinion, tests only."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standin.server import StandIn, running

from govern.cloud.secret import Credentials, Secret
from govern.cloud.signature import authorization, encoded_path, encoded_query

open_api = pytest.importorskip("alibabacloud_tea_openapi")

TEXT = st.text(alphabet=string.ascii_letters + string.digits + " -_.~%&=+/;:,!*'()界é", max_size=12)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=6), TEXT, max_size=5),
    st.lists(TEXT.filter(lambda text: text not in (".", "..") and "/" not in text), max_size=3),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_our_signature_is_the_official_one(
    query: dict[str, str], parts: list[str], method: str
) -> None:
    from alibabacloud_tea_openapi.utils import Utils
    from darabonba.request import DaraRequest

    at = datetime(2026, 9, 1, tzinfo=UTC)
    path = encoded_path("/" + "/".join(encoded_path(part) for part in parts))
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = {
        "host": "modelstudio.cn-beijing.aliyuncs.com",
        "x-acs-action": "ListApiKeys",
        "x-acs-version": "2026-02-10",
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": "n",
        "x-acs-content-sha256": digest,
    }
    theirs = DaraRequest()
    theirs.method, theirs.pathname, theirs.query, theirs.headers = method, path, query, headers
    expected = Utils.get_authorization(theirs, "ACS3-HMAC-SHA256", digest, "id", "secret")
    credentials = Credentials("id", Secret("secret"), None, "environment")
    ours = authorization(credentials, method, path, encoded_query(query), headers, digest)
    assert ours == expected


@pytest.fixture(scope="module")
def standin():  # type: ignore[no-untyped-def]
    with running(StandIn()) as one:
        one.account.workspace("llm-a")
        for number in range(3):
            one.account.key(2000000 + number, "llm-a")
        one.account.charge("2026-09-01", "1.5")
        one.account.plans.append(
            {
                "InstanceID": "cp-1",
                "ProductType": "sfm_codingplan_public_cn",
                "RenewStatus": "AutoRenewal",
                "EndTime": "2026-12-03T16:00:00Z",
            }
        )
        yield one


def _config(standin: StandIn):  # type: ignore[no-untyped-def]
    from alibabacloud_tea_openapi.utils_models import Config

    key, secret = next(iter(standin.account.access_keys.items()))
    return Config(
        access_key_id=key,
        access_key_secret=secret,
        endpoint=f"127.0.0.1:{standin.port}",
        protocol="http",
        region_id="cn-beijing",
    )


def test_the_official_signature_is_taken_by_the_stand_in(standin: StandIn) -> None:
    """The same check that takes ours takes theirs, and refuses either with one letter changed."""
    from alibabacloud_tea_openapi.utils import Utils
    from darabonba.request import DaraRequest
    from standin import signed

    headers = {
        "host": "127.0.0.1:1",
        "x-acs-action": "GetCallerIdentity",
        "x-acs-version": "2015-04-01",
        "x-acs-date": "2026-09-01T00:00:00Z",
        "x-acs-signature-nonce": "n",
        "x-acs-content-sha256": (
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
    }
    theirs = DaraRequest()
    theirs.method, theirs.pathname, theirs.query, theirs.headers = (
        "POST",
        "/",
        {"a": "b c"},
        headers,
    )
    made = Utils.get_authorization(
        theirs, "ACS3-HMAC-SHA256", headers["x-acs-content-sha256"], "id", "secret"
    )
    sent = {**headers, "authorization": made}
    assert signed.wrong("POST", "/?a=b%20c", sent, b"", {"id": "secret"}, None) is None
    assert signed.wrong("POST", "/?a=b%20d", sent, b"", {"id": "secret"}, None)


def test_the_official_modelstudio_client_reads_and_acts_on_the_stand_in(standin: StandIn) -> None:
    from alibabacloud_modelstudio20260210 import models
    from alibabacloud_modelstudio20260210.client import Client

    client = Client(_config(standin))
    body = client.list_api_keys(models.ListApiKeysRequest(max_results=2)).body
    assert (body.total_count, len(body.api_keys), body.next_token) == (3, 2, "2")
    assert client.list_workspaces(models.ListWorkspacesRequest()).body.workspaces[0].region
    client.disable_api_key("2000001", models.DisableApiKeyRequest())
    key = client.get_api_key("2000001").body.api_key
    assert (key.disabled, key.workspace_id) == (1, "llm-a")
    client.enable_api_key("2000001", models.EnableApiKeyRequest())


def test_the_official_billing_client_reads_the_stand_in(standin: StandIn) -> None:
    from alibabacloud_bssopenapi20171214 import models
    from alibabacloud_bssopenapi20171214.client import Client

    client = Client(_config(standin))
    asked = models.DescribeInstanceBillRequest(
        billing_cycle="2026-09", billing_date="2026-09-01", granularity="DAILY"
    )
    (item,) = client.describe_instance_bill(asked).body.data.items
    assert item.pretax_amount == 1.5
    plans = client.query_available_instances(
        models.QueryAvailableInstancesRequest(product_code="sfm")
    )
    assert plans.body.data.instance_list[0].renew_status == "AutoRenewal"
    overview = client.query_bill_overview(models.QueryBillOverviewRequest(billing_cycle="2026-09"))
    assert overview.body.data.items.item[0].pretax_amount == 1.5


def test_the_official_sts_client_is_told_who_calls(standin: StandIn) -> None:
    from alibabacloud_sts20150401.client import Client

    assert Client(_config(standin)).get_caller_identity().body.account_id == "1902910424969427"
