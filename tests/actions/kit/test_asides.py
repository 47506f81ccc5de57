"""Questions amid a form: answered, asked again once, then the form is set aside and can be taken up again."""

from actions.member.cancellation import ActionCancellationStart
from actions.service.complaints import ComplaintForm
from actions.talk.courtesies import ActionAffirmAlone, ActionInformAlone, ActionThank
from tests.actions.conftest import Customer, Ran


async def thanks(customer: Customer) -> Ran:
    return await customer.run(ActionThank, "谢谢", "thank", active_loop="complaint_form")


async def test_after_the_first_aside_the_form_asks_again(member: Customer) -> None:
    ran = await thanks(member)
    assert ran.followup == "complaint_form"
    assert not ran.only.payloads


async def test_after_the_second_in_a_row_it_is_set_aside_without_a_word(member: Customer) -> None:
    await thanks(member)
    ran = await thanks(member)
    assert (ran.followup, ran.leaves_form) == (None, True)
    assert ran.only.payloads == ['/inform{"choice":"go_on"}']
    assert ran.slots["focus"]["set_aside"] == "complaint_form"


async def test_an_answer_in_between_begins_the_count_anew(member: Customer) -> None:
    await thanks(member)
    await member.run(
        ComplaintForm,
        "客服骂人",
        "make_complaint",
        slots={"complaint_consent": "file"},
        requested_slot="complaint_description",
        active_loop="complaint_form",
    )
    assert (await thanks(member)).followup == "complaint_form"


async def test_taken_up_again_it_goes_on_with_what_it_knew(member: Customer) -> None:
    member.slots["complaint_description"] = "客服骂人"
    await thanks(member)
    await thanks(member)
    again = await member.run(ActionInformAlone, '/inform{"choice":"go_on"}', "inform", entities={"choice": "go_on"})
    assert again.followup == "complaint_form"
    begun = await member.run(ComplaintForm, '/inform{"choice":"go_on"}', "inform", entities={"choice": "go_on"})
    assert begun.asks not in (None, "complaint_description")
    assert begun.slots["focus"].get("set_aside") is None
    assert member.slots["complaint_description"] == "客服骂人"


async def test_words_that_do_not_answer_are_no_aside(member: Customer) -> None:
    for _ in range(3):
        ran = await member.run(ActionAffirmAlone, "嗯", "affirm", active_loop="complaint_form")
        assert ran.followup == "complaint_form"


async def test_where_the_form_s_question_is_the_answer_it_stays(customer: Customer) -> None:
    for _ in range(3):
        ran = await customer.run(ActionCancellationStart, "我要退会", "cancel_membership", active_loop="bind_form")
        assert (ran.said, ran.followup) == ([], "bind_form")


async def test_nothing_set_aside_is_nothing_to_take_up(customer: Customer) -> None:
    ran = await customer.run(ActionInformAlone, '/inform{"choice":"go_on"}', "inform", entities={"choice": "go_on"})
    assert ran.only.response == "reply_inform_alone"
