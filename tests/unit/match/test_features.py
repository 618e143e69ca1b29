"""Each feature on texts so small that its value can be counted by hand."""

from __future__ import annotations

import math

import pytest

from monitor.match.features import FEATURES, pair_features
from monitor.match.model import shipped
from monitor.match.text import Text
from tests.unit.match.reports import LIFTED, REPORT, UNRELATED, MakeText

# Invented words, all equally rare, so that no list of frequencies changes the counts.
LATER = "zalfa zbravo zcharlie zdelta zecho zfoxtrot zgolf zhotel."
EARLIER = "zalfa zbravo zcharlie zdelta zkilo zlima zmike znovember zoscar zpapa."


def features(later: Text, earlier: Text) -> dict[str, float]:
    return dict(zip(FEATURES, pair_features(later, earlier).tolist(), strict=True))


def test_overlap_counts_sets(text_of: MakeText) -> None:
    values = features(text_of(LATER), text_of(EARLIER))
    assert values["w1_jaccard"] == pytest.approx(4 / 14)
    assert (values["w1_low"], values["w1_high"]) == (4 / 10, 4 / 8)
    assert values["w3_jaccard"] == pytest.approx(2 / 12)
    assert values["s2_high"] == pytest.approx(3 / 7)
    assert values["phrase_share"] == pytest.approx((3 / 13) / (4 / 14 + 0.02))
    assert (values["name_shared"], values["number_shared"]) == (0, 0)


def test_names_and_numbers_are_counted_apart(text_of: MakeText) -> None:
    text = f"Zquebec paid 1,931 crowns. {LATER}"
    values = features(text_of(text), text_of(text))
    assert (values["name_shared"], values["number_shared"]) == (1, 1)
    assert values["plain_jaccard"] == 1.0


def test_runs_are_measured_in_words(text_of: MakeText) -> None:
    values = features(text_of(LATER), text_of(EARLIER))
    assert values["longest_run"] == pytest.approx(math.log(1 + 4))
    assert values["longest_run_nq"] == pytest.approx(math.log(1 + 4))
    assert values["words_in_runs5"] == 0
    five = features(text_of(LATER), text_of(EARLIER.replace("zkilo", "zecho")))
    assert five["words_in_runs5"] == pytest.approx(math.log(1 + 5))
    assert five["words_in_runs8"] == 0


def test_a_run_may_start_anywhere(text_of: MakeText) -> None:
    values = features(text_of(f"zsierra ztango zuniform {LATER}"), text_of(EARLIER))
    assert values["longest_run"] == pytest.approx(math.log(1 + 4))


def test_the_best_window_of_a_lifted_passage_is_full(text_of: MakeText) -> None:
    later = text_of(LIFTED)
    values = features(later, text_of(REPORT))
    assert values["w3_best40_high"] == 1.0
    assert values["w3_best160_low"] < 0.6
    assert features(text_of(UNRELATED), text_of(REPORT))["w3_best40_high"] < 0.2


def test_a_text_shorter_than_the_window_is_measured_whole(text_of: MakeText) -> None:
    values = features(text_of(LATER), text_of(EARLIER))
    assert (values["w3_best40_low"], values["w3_best40_high"]) == (4 / 10, 4 / 8)


def test_quotations_count_apart(text_of: MakeText) -> None:
    quotation = "“zalfa zbravo zcharlie zdelta zecho zfoxtrot zgolf.”"
    later, earlier = text_of(f"zkilo zlima said: {quotation}"), text_of(f"{quotation} told zmike znovember")
    values = features(later, earlier)
    assert (values["w3_high"], values["w3_nq_high"]) == (5 / 8, 0)
    assert (values["sentence_best"] > 0.7, values["unquoted_best"]) == (True, 0)
    assert (values["quoted_share"], values["longest_run_nq"]) == (1.0, 0)
    assert values["w3_nq_best40_high"] == 0
    unquoted = text_of(LATER)
    assert features(unquoted, unquoted)["quoted_share"] == 0


def test_equal_texts_align_wholly(text_of: MakeText) -> None:
    text = text_of(REPORT)
    values = features(text, text)
    for name in ("best", "mean_low", "mean_high", "shared_low", "top3_low", "top5_high", "above0.7_low"):
        assert values[f"sentence_{name}"] == pytest.approx(1, abs=1e-5), name
    assert (values["length_ratio"], values["sentence_order"]) == (1, 1)
    assert values["lead"] == pytest.approx(1)
    assert values["log_length"] == pytest.approx(math.log(1 + len(text.words)))


def test_both_sides_of_a_half_copied_text(text_of: MakeText) -> None:
    half, whole = text_of("\n".join(REPORT.splitlines()[4:])), text_of(REPORT)
    values = features(half, whole)
    assert values["sentence_mean_high"] == pytest.approx(1, abs=1e-5)
    assert 0.4 < values["sentence_mean_low"] < 0.75
    assert 0.4 < values["length_ratio"] < 0.65
    assert values["lead"] < 0.3


def test_neighbours_stay_together_in_a_copy_and_turn_in_a_reversed_one(text_of: MakeText) -> None:
    text = text_of(LATER)
    same = features(text, text)
    assert (same["neighbours"], same["neighbours_in_order"], same["forward"]) == (1, 1, 1)
    assert same["neighbours_log"] == pytest.approx(math.log(1 + 7))
    assert same["neighbours_of_text"] == pytest.approx(7 / 8)
    assert (same["rarity_low"], same["rarity_high"]) == (1, 1)
    turned = features(text, text_of(" ".join(reversed(LATER.removesuffix(".").split()))))
    assert (turned["neighbours"], turned["neighbours_in_order"], turned["forward"]) == (1, 0, 0)


def test_shared_words_that_are_spread_differently_are_no_neighbours(text_of: MakeText) -> None:
    filler = " ".join(f"the{'of' * number}" for number in range(1, 15))
    spread = f" {filler} ".join(LATER.removesuffix(".").split())
    assert features(text_of(LATER), text_of(spread))["neighbours"] == 0


def test_rarity_is_shared_by_weight(text_of: MakeText) -> None:
    values = features(text_of(LATER), text_of(EARLIER))
    assert values["rarity_low"] == pytest.approx(4 / 10)
    assert values["rarity_high"] == pytest.approx(4 / 8)


def test_a_chain_holds_what_stands_in_the_same_order(text_of: MakeText) -> None:
    text = text_of(LATER)
    same = features(text, text)
    assert (same["chain_share"], same["chain_low"], same["plain_chain_high"]) == (1, 1, 1)
    assert same["chain_excess"] == pytest.approx(math.sqrt(8) - 2)
    turned = features(text, text_of(" ".join(reversed(LATER.removesuffix(".").split()))))
    assert turned["chain_share"] == pytest.approx(1 / 8)
    assert turned["chain_excess"] == pytest.approx(1 / math.sqrt(8) - 2)
    values = features(text, text_of(EARLIER))
    assert (values["chain_share"], values["chain_low"], values["chain_high"]) == pytest.approx((1, 4 / 10, 4 / 8))


def test_names_and_numbers_are_in_no_plain_chain(text_of: MakeText) -> None:
    text, moved = (
        text_of("zcharlie Zalfa zdelta Zbravo zecho zfoxtrot zgolf zhotel."),
        text_of("zcharlie Zbravo zdelta Zalfa zecho zfoxtrot zgolf zhotel."),
    )
    values = features(text, moved)
    assert values["plain_chain_share"] == 1
    assert values["chain_share"] == pytest.approx(6 / 8)


def test_gaps_are_what_the_other_text_does_not_hold(text_of: MakeText) -> None:
    values = features(text_of(LATER), text_of(EARLIER))
    assert (values["gap_low"], values["gap_high"]) == (4 / 8, 6 / 10)
    assert (values["gap_mean_low"], values["gap_mean_high"]) == (4 * 4 / 8, 6 * 6 / 10)


def test_what_is_added_shows_in_the_worst_sentences(text_of: MakeText) -> None:
    lines = REPORT.splitlines()
    longer = "\n".join([*lines, *UNRELATED.splitlines()[:4]])
    values = features(text_of(longer), text_of(REPORT))
    assert values["sentence_quarter_low"] < 0.2
    assert values["sentence_median_low"] > 0.9 and values["sentence_quarter_high"] > 0.9


def test_the_shipped_model_knows_exactly_these_features() -> None:
    assert shipped().names == FEATURES
