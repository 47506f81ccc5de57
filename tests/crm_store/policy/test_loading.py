"""The policy file is read, laid over the standard one, or refused with every problem and its line."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from crm_store.complaints import ComplaintCategory, Severity
from crm_store.policy import STANDARD, PolicyRefused, load, policy, used
from crm_store.risk import ReasonCode, RiskLevel
from crm_store.surveys import SurveyKind
from tests.crm_store.policy.shop_files import changed, written

TEXTS = "{zh-Hans: 一, zh-Hant: 一, en: one}"
LEVELS = f"""
complaints: {{reply_share: {{}}, severity_raised: {{}}}}
tiers:
  - {{code: basic, needs: 0, earn_rate: 2, names: {TEXTS}, benefits: {{}}}}
  - {{code: silver, needs: SILVER, earn_rate: 2, names: {TEXTS}, benefits: {{}}}}
  - {{code: gold, needs: 500, earn_rate: GOLD, names: {TEXTS}, benefits: {{}}}}
"""


def problems(text: str) -> list[tuple[int, str, str]]:
    """Line, field and reason of each problem of a file with that text."""
    with pytest.raises(PolicyRefused) as refused:
        written(text)
    return [(each.line, each.field, each.reason) for each in refused.value.problems]


class TestLoad:
    def test_the_standard_file_is_right_and_frozen(self):
        shop = load()
        assert shop.returns.window == timedelta(days=7)
        with pytest.raises(ValidationError, match="frozen"):
            shop.returns.window = timedelta(days=8)

    def test_a_shops_own_file_says_only_what_differs(self):
        own = written("hours:\n  weekly:\n    sunday: closed\nanger: {upset: 0.4}\n")
        standard = load()
        assert own.hours.weekly.sunday == ()
        assert own.hours.weekly.monday == standard.hours.weekly.monday
        assert own.anger == standard.anger.model_copy(update={"upset": 0.4})
        assert own.tiers == standard.tiers

    def test_nothing_is_archived_where_the_shop_says_never(self):
        assert written("privacy: {archive_after: never, keep_words: 30 days}").privacy.archive_after is None
        assert load().privacy.archive_after == timedelta(days=183)

    def test_lists_and_tables_by_level_are_taken_as_a_whole(self):
        own = written("complaints: {reply_share: {silver: 0.9}}\ncallbacks: {offered_at: [11:00]}\n")
        assert own.complaints.reply_share == {"silver": 0.9}
        assert own.callbacks.offered_at == [11 * 60]

    def test_an_empty_file_changes_nothing(self):
        assert written("# later\n") == load()

    def test_every_code_of_the_store_has_its_entry(self):
        shop = policy()
        assert set(type(shop.complaints.reply_within).model_fields) == set(Severity)
        assert set(type(shop.complaints.severity).model_fields) == set(ComplaintCategory)
        assert set(type(shop.surveys.ask_again_after).model_fields) == set(SurveyKind)
        assert set(type(shop.risk.weights).model_fields) == set(ReasonCode)
        assert {"low", "lost", *type(shop.risk.levels).model_fields} == set(RiskLevel)


class TestRefused:
    def test_every_problem_of_a_file_at_once_each_with_its_line(self):
        text = """hours:
  time_zone: Asia/Shangai
  weekly:
    monday: [9:00-12:00, 11:00-18:00]
anger:
  upset: 0.5
  hand_ovr: 0.7
  upset: 0.6
complaints:
  reply_within:
    high: 4
  severity: {staff: awful}
returns:
  window_at_fault: 5 days
shiping:
  fee: ¥8
"""
        found = problems(text)
        assert [(line, field) for line, field, _ in found] == [
            (2, "hours.time_zone"),
            (4, "hours.weekly.monday"),
            (7, "anger.hand_ovr"),
            (8, "anger.upset"),
            (11, "complaints.reply_within.high"),
            (12, "complaints.severity.staff"),
            (14, "returns.window_at_fault"),
            (15, "shiping"),
        ]
        reasons = [reason for *_, reason in found]
        assert reasons[0].endswith("did you mean Asia/Shanghai?")
        assert reasons[2] == "is not known; did you mean hand_over?"
        assert reasons[3] == "stands in line 6 already"
        assert reasons[5] == "“awful” must be one of low, normal, high or critical"
        assert reasons[6] == "is shorter than the window for any reason"
        assert reasons[7] == "is not known; did you mean shipping?"

    def test_it_says_file_line_field_and_reason(self, tmp_path):
        file = tmp_path / "own.yml"
        file.write_text("anger:\n  upset: much\n", encoding="utf-8")
        with pytest.raises(PolicyRefused) as refused:
            load(file)
        assert (refused.value.path, refused.value.line, refused.value.field) == (file, 2, "anger.upset")
        assert str(refused.value) == f"{file}:2: anger.upset: “much” must be a number from 0 to 1"

    @pytest.mark.parametrize(
        ("text", "line", "field", "reason"),
        [
            ("hours:\n  weekly: {}\n  closed: 2027-02-06", 3, "hours.closed", "must be a list"),
            ("hours:\n  closed:\n  - 2027-02-06\n  - soon", 4, "hours.closed[1]", "“soon” is no day"),
            ("hours:\n  closed: [2027-02-06]\n  special:\n    2027-02-06: 9:00-12:00", 4, "hours.special.2027-02-06",
             "is among the closed days as well"),
            ("anger: {hand_over: 0.4}", 1, "anger.hand_over", "before the customer is upset"),
            ("anger: {complaint_raised_twice: 0.6}", 1, "anger.complaint_raised_twice", "need more anger than one"),
            ("handover:\n  misunderstandings: 0", 2, "handover.misunderstandings", "must be at least 1"),
            ("conversations:\n\n  close_after: 0 h", 3, "conversations.close_after", "must be at least"),
            ("complaints:\n  reply_within: {high: 5 h, critical: 6 h}", 2, "complaints.reply_within.critical",
             "critical complaints wait longer than high ones"),
            ("complaints: {reply_share: {golden: 0.5}}", 1, "complaints.reply_share.golden", "no level golden"),
            ("privacy: {archive_after: 1096 days}", 1, "privacy.archive_after", "not shorter than privacy.keep_words"),
            ("privacy: {archive_after: 59 days}", 1, "privacy.archive_after", "shorter than 60 days"),
            ("privacy: {archive_after: 0 days}", 1, "privacy.archive_after", "at least 1 day"),
            ("privacy: {archive_after: 6 months}", 1, "privacy.archive_after", "no length of time"),
            ("callbacks: {usual_window: 10 min}", 1, "callbacks.usual_window", "shorter than the shortest"),
            ("callbacks: {longest_window: 30 min}", 1, "callbacks.longest_window", "shorter than the usual"),
            ("callbacks:\n  offered_at:\n  - 10:00\n  - 23:00", 4, "callbacks.offered_at[1]", "outside the service"),
            ("callbacks: {shortest_window: 14 h, usual_window: 14 h, longest_window: 14 h}", 1,
             "callbacks.shortest_window", "the shortest of the opening hours"),
            ("value: {recency: [30 days, 20 days, 60 days, 90 days]}", 1, "value.recency", "must rise"),
            ("value: {frequency: [1, 2, 3]}", 1, "value.frequency", "needs four values"),
            ("verification: {code_tries: 50}", 1, "verification.code_tries", "too easy to guess"),
            ("returns: {postage_to: ¥7}", 1, "returns.postage_to", "less than postage_from"),
            ("risk:\n  weights:\n    anger: 1", 3, "risk.weights.anger", "must stay below 1"),
            ("risk: {weights: {weather: 0.1}}", 1, "risk.weights.weather", "is not known"),
            ("risk: {levels: {medium: 0.9}}", 1, "risk.levels.high", "must rise"),
            ("risk: {levels: 3}", 1, "risk.levels", "must be a group of entries"),
            ("risk: {follow_up_at: 0}", 1, "risk.follow_up_at", "above 0"),
            ("risk: {cause_at_least: 0.7}", 1, "risk.cause_at_least", "below follow_up_at"),
            ("risk: {first_of_many: 0}", 1, "risk.first_of_many", "above 0"),
            ("risk: {look_back: {scores: 0 days}}", 1, "risk.look_back.scores", "at least 1 day"),
            ("risk: {held_back: 0.6}", 1, "risk.held_back", "more than 0.5"),
            ("risk: {uplift_worth: 0}", 1, "risk.uplift_worth", "above 0"),
            ("points: {expire_after_years: 5000}", 1, "points.expire_after_years", "hundred years"),
            ("tiers: []", 1, "tiers", "there is no level"),
            ("anger:\n\thand_over: 1", 2, "", "no valid YAML"),
            ("- anger", 1, "", "must be a group of entries"),
        ],
    )  # fmt: skip
    def test_what_contradicts_itself_is_named(self, text, line, field, reason):
        found = problems(text)
        assert [(at, name) for at, name, _ in found] == [(line, field)]
        assert reason in found[0][2]

    @pytest.mark.parametrize(
        ("silver", "gold", "problem"),
        [
            ("600", "3", (6, "tiers[2].needs", "level gold needs more points than silver (600)")),
            ("500", "3", (6, "tiers[2].needs", "level gold needs more points than silver (500)")),
            ("100", "1", (6, "tiers[2].earn_rate", "level gold earns less than silver (2)")),
            ("many", "3", (5, "tiers[1].needs", "“many” must be a whole number, 0 or more, below 1,000,000,000")),
        ],
    )
    def test_levels_must_rise(self, silver, gold, problem):
        assert problems(LEVELS.replace("SILVER", silver).replace("GOLD", gold)) == [problem]

    def test_a_level_needs_its_own_code_and_benefits_that_have_a_name(self):
        text = LEVELS.replace("SILVER", "100").replace("GOLD", "3")
        twice = text.replace("code: gold", "code: basic")
        assert problems(twice) == [(6, "tiers[2].code", "there are two levels basic")]
        unnamed = text.replace("benefits: {}}\n  - {code: gold", f"benefits: {{cake: {TEXTS}}}}}\n  - {{code: gold")
        assert problems(unnamed) == [(5, "tiers[1].benefits.cake", "cake has no name under benefits")]
        braces = text.replace("en: one}, benefits: {}}\n  - {code: silver", "en: one}, benefits: {free_shipping: "
                              "{zh-Hans: '{rate}', zh-Hant: a, en: b}}}\n  - {code: silver")  # fmt: skip
        assert problems(braces) == [
            (4, "tiers[0].benefits.free_shipping", "only {earn_rate} and {birthday_days} may stand in braces")
        ]

    def test_a_level_that_went_away_is_missed_where_the_standard_file_names_it(self):
        own = LEVELS.replace("SILVER", "100").replace("GOLD", "3").replace("code: gold", "code: diamond")
        with pytest.raises(PolicyRefused) as refused:
            written(own.replace("complaints: {reply_share: {}, severity_raised: {}}", ""))
        assert refused.value.path == STANDARD
        assert "reply_share" in STANDARD.read_text(encoding="utf-8").splitlines()[refused.value.line - 1]

    def test_an_entry_the_standard_file_lacks_is_missing(self, tmp_path, monkeypatch):
        content = yaml.safe_load(STANDARD.read_text(encoding="utf-8"))
        del content["shipping"], content["points"]["review"]
        lacking = tmp_path / "shop.yml"
        lacking.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        monkeypatch.setattr("crm_store.policy.loading.STANDARD", lacking)
        with pytest.raises(PolicyRefused) as refused:
            load()
        assert {(each.field, each.reason) for each in refused.value.problems} >= {
            ("shipping", "is missing"), ("points.review", "is missing"),
        }  # fmt: skip

    @pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), (b"anger: \xff", "no text in UTF-8")])
    def test_a_file_that_cannot_be_read(self, tmp_path: Path, content, reason):
        file = tmp_path / "own.yml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PolicyRefused, match=reason):
            load(file)


class TestInForce:
    def test_one_put_in_force_is_what_everything_reads_until_the_block_ends(self):
        before = policy()
        with changed("handover: {misunderstandings: 5}") as other:
            assert policy() is other
            with used(before):
                assert policy() is before
            assert policy().handover.misunderstandings == 5
        assert policy() is before
