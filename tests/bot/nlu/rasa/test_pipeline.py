"""The project's own config.yml, trained by Rasa itself on a handful of messages and asked through Rasa's own parser."""

import asyncio
import itertools
from pathlib import Path

import pytest
import yaml
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu

from bot.nlu.encoder.engines import EMBEDDING
from tests.bot.nlu.awkward import AWKWARD

TRAINING = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - 您好呀
    - hello
    - hi there
    - 哈囉
- intent: ask_points_balance
  examples: |
    - 我还有多少积分
    - 我有幾點積分
    - how many points do i have
    - 积分余额
    - points balance please
- intent: return_or_refund
  examples: |
    - 我要退[跑鞋](product)
    - 這個[保溫瓶](product)想退
    - return the [backpack](product)
    - 退货怎么弄
    - [太小了](reason)要退
"""


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    (folder / "nlu.yml").write_text(TRAINING, encoding="utf-8")
    config = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))
    for step in config["pipeline"]:
        if step["name"].endswith(".SentenceEncoder"):
            step["cache"] = str(folder / "vectors")
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    loop = asyncio.new_event_loop()
    agent = loop.run_until_complete(load_agent(model_path=model))

    def ask(text, metadata=None):
        return loop.run_until_complete(agent.processor.parse_message(UserMessage(text, metadata=metadata)))

    yield ask
    loop.close()


class TestPipeline:
    def test_all_that_the_desk_needs_stands_in_the_parse_result(self, parse):
        text = "我還有幾多積分？明天下午三點打13812345678"
        found = parse(text)
        assert found["text"] == text
        assert found["intent"]["name"] == "ask_points_balance"
        assert found["language"] == "zh-Hant"
        assert set(found["sentiment"]) == {"label", "confidence", "anger"}
        assert {entity["entity"] for entity in found["entities"]} >= {"time", "phone"}
        assert EMBEDDING not in found

    def test_the_vector_comes_when_asked_for(self, parse):
        assert len(parse("你好", {"with_embedding": True})[EMBEDDING]) == 384

    def test_a_payload_reaches_rasa_untouched(self, parse):
        found = parse('/return_or_refund{"product": "跑鞋"}')
        assert found["intent"] == {"name": "return_or_refund", "confidence": 1.0}
        assert [(entity["entity"], entity["value"]) for entity in found["entities"]] == [("product", "跑鞋")]

    def test_an_empty_message_asks_back(self, parse):
        assert parse("")["intent"]["name"] == "nlu_fallback"
        assert parse("？？？")["intent"]["name"] == "nlu_fallback"

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_awkward_input(self, parse, text):
        found = parse(text)
        assert 0 <= found["intent"]["confidence"] <= 1
        assert found["language"] in {"zh-Hans", "zh-Hant", "en"}
        places = [(entity["start"], entity["end"]) for entity in found["entities"]]
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(places))
