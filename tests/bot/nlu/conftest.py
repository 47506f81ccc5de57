"""The small shop, trained once for all tests of this folder that talk to it."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

# As in the program itself: the encoder's OpenMP threads spin while they wait, which beside other work takes many times
# the processor. OpenMP looks only once, when scikit-learn is loaded, so that this stands before Rasa's import.
os.environ["OMP_WAIT_POLICY"] = "passive"

from rasa.model_training import train
from rasa.utils.log_utils import configure_structlog

from tests.bot.nlu.actions_of_the_shop import ShopActions
from tests.bot.nlu.shop import PROJECT, QUIET, Shop

os.environ.update(QUIET)
configure_structlog(logging.WARNING)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model of the small shop."""
    result = train(
        str(PROJECT / "domain.yml"),
        str(PROJECT / "config.yml"),
        [str(PROJECT / "data")],
        output=str(tmp_path_factory.mktemp("model")),
        fixed_model_name="shop",
        force_training=True,
    )
    assert result.code == 0
    return Path(str(result.model))


@pytest.fixture
def actions() -> Iterator[ShopActions]:
    """The shop's action server."""
    server = ShopActions()
    yield server
    server.close()


@pytest_asyncio.fixture
async def shop(model: Path, actions: ShopActions, tmp_path: Path) -> AsyncIterator[Shop]:
    """Rasa's agent with the shop's model and a tracker file of its own."""
    opened = await Shop(model, actions, f"sqlite:///{tmp_path / 'trackers.sqlite3'}").open()
    yield opened
    await opened.close()
