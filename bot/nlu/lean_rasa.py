"""What is changed in Rasa itself, each change with its reason and its measured gain. Applied by the tracker store."""

from bot.nlu import action_client

_applied = False


def apply() -> None:
    """Put the changes into place, once per process."""
    global _applied
    if not _applied:
        action_client.install()
        _applied = True
