"""A message in the shop's name that wants money or a click, asked about before it is told what it wants."""

import pytest

from bot.hearing.danger import danger
from bot.hearing.danger.danger import Danger


@pytest.mark.parametrize(
    "text",
    [
        "Hey did you lot text me?? says my parcel's stuck at customs n to pay 9.90 on a link",
        "did you guys send me an email, it says click to verify my card",
        "was it you who texted me about a customs fee",
        "是不是你们发的短信啊，说包裹卡海关了要点链接付9.9",
        "係咪你哋send嘅訊息，叫我撳連結補繳運費",
        "是你們傳的簡訊嗎 說要補付關稅才放行",
    ],
)
def test_is_a_scam(text: str) -> None:
    assert danger.heard(text) is Danger.SCAM


@pytest.mark.parametrize(
    "text",
    [
        "did you send the lamp yet? i paid on friday",
        "did you email me the invoice",
        "did you send the parcel, or do i pay on delivery",
        "是你们发的货吗，什么快递",
        "是不是你们发的优惠券",
        "have you sent the link for the return form",
    ],
)
def test_what_we_do_send_is_none(text: str) -> None:
    assert danger.heard(text) is None
