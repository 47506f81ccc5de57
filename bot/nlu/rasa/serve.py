"""`python -m bot.nlu.rasa.serve MODEL INTERFACE PORT`: the Rasa server, as `rasa run` starts it, with the house's logs.

Run in Rasa's interpreter, from the project's root; `HUIKE_LOG_JSON`, `HUIKE_LOG_FILE` and the like are as in the app.
Rasa's command line would set up logs of its own, and load every other command first.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.utils.common import configure_library_logging

from bot import logs

ENDPOINTS = "endpoints.yml"
CREDENTIALS = "credentials.yml"
RASAS_LOGGERS = ("rasa", "sanic.root", "sanic.error")


def set_up_logs() -> None:
    """Lines of Rasa and Sanic become lines like ours; those of single requests are left out."""
    told = os.environ.get
    file = told("HUIKE_LOG_FILE")
    logs.configure(
        as_json=told("HUIKE_LOG_JSON", "false").lower() in ("1", "true", "yes", "on"),
        file=Path(file) if file else None,
        megabytes=float(told("HUIKE_LOG_FILE_MEGABYTES", logs.FILE_MEGABYTES)),
        kept=int(told("HUIKE_LOG_FILES_KEPT", logs.FILES_KEPT)),
    )
    configure_library_logging()
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)


def main() -> None:
    model, interface, port = sys.argv[1:]
    set_up_logs()
    serve_application(
        model,
        credentials=CREDENTIALS,
        endpoints=AvailableEndpoints.read_endpoints(ENDPOINTS),
        interface=interface,
        port=int(port),
        # The app reaches Rasa through our channel, which asks for its secret; Rasa's own interface would ask nobody.
        enable_api=False,
        log_file=None,
    )


if __name__ == "__main__":
    main()
