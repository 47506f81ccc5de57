"""`python -m bot.nlu.rasa.train FOLDER NAME`: trains from nlu_data and config.yml into FOLDER/NAME.tar.gz.

Run in Rasa's interpreter, from the project's root. What it prints is Rasa's own progress; it ends with status 1 when
Rasa refuses the data.
"""

from __future__ import annotations

import logging
import sys

from rasa.utils.log_utils import configure_structlog

from bot.nlu.rasa.lean_training import TrainingRefused, train

#: the responses belong to the domain, not to the data
DATA = ["nlu_data/nlu", "nlu_data/rules"]
DOMAIN = "nlu_data"
CONFIG = "config.yml"


def main() -> int:
    folder, name = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    configure_structlog(logging.INFO)
    try:
        print(train(DOMAIN, DATA, CONFIG, folder, name))
    except TrainingRefused:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
