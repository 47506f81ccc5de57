"""The shop's word: taken, or refused with a reason, whatever stands in it."""

import base64
import json
import math
from datetime import timedelta
from typing import Any

import jwt
import pytest

from bot.identity_token import IdentityTokenRefused, issue, read
from crm_store.clock import FrozenClock, now

KEY = "a secret that the shop and its bot share"


def token(**claims: Any) -> str:
    """Signed, whatever the claims."""
    at = int(now().timestamp())
    body = {"sub": "HK100001", "iat": at, "exp": at + 600} | claims
    return jwt.api_jws.encode(json.dumps(body).encode(), KEY, algorithm="HS256")


def reason(given: str, key: str = KEY) -> str:
    with pytest.raises(IdentityTokenRefused) as refused:
        read(given, key)
    return refused.value.reason


@pytest.mark.usefixtures("frozen_clock")
class TestTaken:
    def test_whom_it_names_and_since_when(self) -> None:
        vouched = read(issue("HK100001", KEY), KEY)
        assert (vouched.number, vouched.issued_at) == ("HK100001", now())

    @pytest.mark.parametrize(("sub", "number"), [(100001, "100001"), ("HK\x001", "HK1"), ("會員一", "會員一")])
    def test_a_number_of_another_kind(self, sub: object, number: str) -> None:
        assert read(token(sub=sub), KEY).number == number

    @pytest.mark.parametrize("seconds", [-600, 0, 0.5, 299, 300])
    def test_a_clock_that_is_five_minutes_ahead(self, seconds: float) -> None:
        at = now().timestamp() + seconds
        assert read(token(iat=at, exp=at + 700), KEY).number == "HK100001"

    def test_one_that_ended_a_moment_ago(self) -> None:
        assert read(token(exp=int(now().timestamp()) - 4), KEY).number == "HK100001"


class TestRefused:
    @pytest.mark.parametrize("claim", ["iat", "exp", "nbf"])
    @pytest.mark.parametrize(
        "value", [None, True, "now", "1764000000", [], {}, [1], -1, 10**400, 1e300, math.inf, -math.inf, math.nan]
    )
    def test_a_moment_that_is_none(self, claim: str, value: object) -> None:
        assert reason(token(**{claim: value})) == "malformed"

    @pytest.mark.parametrize("sub", [None, True, "", "\x00", 1.5, [], {"a": 1}, "x" * 65, 10**400])
    def test_a_number_that_is_none(self, sub: object) -> None:
        assert reason(token(sub=sub)) == "malformed"

    def test_in_time(self, frozen_clock: FrozenClock) -> None:
        given = issue("HK1", KEY, life=timedelta(minutes=10))
        frozen_clock.move(timedelta(minutes=10, seconds=6))
        assert reason(given) == "expired"
        at = int(now().timestamp())
        assert reason(token(iat=at + 301, exp=at + 900)) == "not_yet_valid"
        assert reason(token(nbf=at + 301)) == "not_yet_valid"
        assert reason(token(exp=at + 12 * 3600 + 1)) == "lives_too_long"

    @pytest.mark.parametrize("missing", ["sub", "iat", "exp"])
    def test_without_a_claim(self, missing: str) -> None:
        at = int(now().timestamp())
        body = {"sub": "HK1", "iat": at, "exp": at + 600}
        del body[missing]
        assert reason(jwt.encode(body, KEY, algorithm="HS256")) == "malformed"

    @pytest.mark.parametrize("given", ["", "x", "a.b.c", "\ud800.\ud800.\ud800", "é.é.é", "." * 5000])
    def test_what_is_no_token(self, given: str) -> None:
        assert reason(given) == "malformed"

    @pytest.mark.parametrize("body", [b"[]", b"1", b"not json", b"\xff", b"[" * 20_000, b"{}"])
    def test_a_signed_body_that_is_no_claims(self, body: bytes) -> None:
        assert reason(jwt.api_jws.encode(body, KEY, algorithm="HS256")) == "malformed"

    def test_a_signature_of_another(self) -> None:
        assert reason(issue("HK1", "another secret of the same sort and length")) == "malformed"

    def test_unsigned(self) -> None:
        part = [
            base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in ({"alg": "none"}, {})
        ]
        assert reason(f"{part[0]}.{part[1]}.") == "malformed"

    def test_where_no_secret_is_set(self) -> None:
        assert reason(issue("HK1", KEY), key="") == "not_configured"
