"""A single word that may mean several things is asked back, with its meanings as buttons."""

from actions.kit.asked import stray_asked
from actions.kit.base import Turn, button
from actions.talk.acts import last_act
from crm_store.labels import label

SOMETHING_ELSE = "something_else"


async def ask(turn: Turn, word: str, about: str) -> None:
    """Ask which of its meanings the word has."""
    meanings, of_act = stray_asked.meanings(word, about)
    buttons = [
        button(label("stray_button", each.title, turn.language), each.intent, **each.entities) for each in meanings
    ]
    other = label("dialogue_button", SOMETHING_ELSE, turn.language)
    buttons.append(button(other, "inform", choice=SOMETHING_ELSE))
    act = await last_act(turn) if of_act else None
    if act is not None:
        what = label("act_done", act.name, turn.language, **act.facts)
        turn.say("reply_stray_of_act", word=turn.text.strip(), what=what, buttons=buttons)
        turn.focus(done=about)
    else:
        turn.say("reply_stray", word=turn.text.strip(), buttons=buttons)
    turn.done("answered", turn.text)
