"""Administration of the shop: who works here and what they may do, and who did what."""

from bot.console.admin import (
    agents_page,
    api_keys_page,
    audit_export,
    audit_page,
    import_export,
    import_page,
    jobs_page,
    outreach_page,
    policy_page,
    terms_page,
)
from bot.services import Services


def register(services: Services) -> None:
    for part in (
        outreach_page,
        agents_page,
        audit_page,
        audit_export,
        jobs_page,
        import_page,
        import_export,
        policy_page,
        api_keys_page,
        terms_page,
    ):
        part.register(services)
