"""The inner loops of comparing two texts, compiled. All hashes are uint64; sets are sorted and hold no hash twice.

Plain loops throughout: whole-array expressions are no faster here and take many times longer to compile.
"""

from __future__ import annotations

from math import log1p, sqrt

import numpy as np

from monitor.base.compiled import compiled
from monitor.match.views import LOOKED_FOR, NAME, NUMBER, PLAIN, S1, S2, S2_NQ, SETS, SHINGLE_SIZES, Views

# Windows in words and, for stems, about the content words in them (RESEARCH.md section 1).
WORD_WINDOWS = (40, 80, 160)
STEM_WINDOWS = (25, 50, 100)
RUNS = (5, 8, 12, 20)
"""Lengths of runs in words."""
LEVELS = (0.3, 0.5, 0.7)
"""Similarities from which a sentence counts as aligned."""
MIN_WEIGHT = 8.0
"""A sentence of less total rarity ('He said so on Monday.') agrees with others by chance."""
QUANTILES = (0.25, 0.5)
"""Shares of a text, by rarity, that its sentences with the worst counterparts make up."""
MIN_RARITY = 2.0
"""Rarity from which a stem counts for the order of words."""
NEAR_WORDS = 12
"""Two neighbours among the shared stems belong together when no more than this many words part them."""
MOST_SHARED = 30
"""Names and numbers above it tell nothing more."""
_W3, _W3_NQ, _WORD_SEQUENCES, _SEQUENCES, _SETS = 0, 2, 4, 6, len(SETS)
_TOP = 5


@compiled
def count_shared(first: np.ndarray, second: np.ndarray) -> int:
    """How many hashes two sets share. Cost: O(n + m); 1 µs for 400 each."""
    at, to, shared = 0, 0, 0
    while at < len(first) and to < len(second):
        one, other = first[at], second[to]
        # Without branches: which of the two is smaller cannot be foreseen.
        shared += one == other
        at += one <= other
        to += other <= one
    return shared


@compiled
def place_of(hash_: int, others: np.ndarray) -> int:
    """Where a hash stands in a set, -1 when it does not. Cost: O(log m)."""
    if not len(others):
        return -1
    low, size = 0, len(others)
    while size > 1:
        half = size >> 1
        if others[low + half - 1] < hash_:
            low += half
        size -= half
    return low if others[low] == hash_ else -1


@compiled
def held(hashes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which hashes, in any order, are in a set; bool[n]. Cost: O(n log m); 8 µs for 400 in 400."""
    found = np.zeros(len(hashes), np.bool_)
    for at in range(len(hashes)):
        found[at] = place_of(hashes[at], others) >= 0
    return found


@compiled
def jaccard(first: np.ndarray, second: np.ndarray) -> float:
    """Jaccard similarity of two sets; 0 when both are empty."""
    shared = count_shared(first, second)
    return shared / max(1, len(first) + len(second) - shared)


@compiled
def part(text: Views, number: int) -> np.ndarray:
    """A set of a text; from `len(SETS)` on, a sequence."""
    return text.hashes[text.bounds[number] : text.bounds[number + 1]]


@compiled
def covered(text: Views, sequence: int, other: Views) -> np.ndarray:
    """bool[n]: the word (of those that the sequence is made of) is part of a shingle that the other text holds too."""
    grams, others, size = part(text, _SETS + sequence), part(other, LOOKED_FOR[sequence]), SHINGLE_SIZES[sequence]
    cover = np.zeros(len(grams) + size - 1 if len(grams) else 0, np.bool_)
    end = 0
    for at in range(len(grams)):
        if place_of(grams[at], others) >= 0:
            for word in range(max(at, end), at + size):
                cover[word] = True
            end = at + size
    return cover


@compiled
def densest(cover: np.ndarray, width: int) -> float:
    """Largest share of `width` words in a row that are covered; of the whole text when it is shorter."""
    width = min(width, len(cover))
    inside, most = 0, 0
    for at in range(len(cover)):
        inside += cover[at]
        if at >= width:
            inside -= cover[at - width]
        most = max(most, inside)
    return most / width if width else 0.0


@compiled
def words_in_runs(cover: np.ndarray, length: int) -> tuple[int, int]:
    """Covered words that lie in runs of at least `length`, and the longest run."""
    words, longest, run = 0, 0, 0
    for at in range(len(cover) + 1):
        if at < len(cover) and cover[at]:
            run += 1
        else:
            longest = max(longest, run)
            words += run if run >= length else 0
            run = 0
    return words, longest


@compiled
def weigh(text: Views, quotations: bool) -> np.ndarray:
    """Rarity of all content words of each sentence, with or without what is quoted; float64[sentences]."""
    weight = np.zeros(text.sentence[-1] + 1 if len(text.sentence) else 0, np.float64)
    for at in range(len(text.sentence)):
        if text.content[at] and (quotations or not text.quoted[at]):
            weight[text.sentence[at]] += text.rarity[at]
    return weight


@compiled
def share_rarity(first: Views, second: Views, quotations: bool) -> np.ndarray:
    """Rarity of the stems that each sentence of a text shares with each of another; float64[a, b].

    A stem counts once a pair of sentences, with the geometric mean of its rarities in both.
    Cost: O(words × log stems + pairs of sentences); 20 µs for 400 words each.
    """
    rows = first.sentence[-1] + 1 if len(first.sentence) else 0
    columns = second.sentence[-1] + 1 if len(second.sentence) else 0
    shared = np.zeros((rows, columns), np.float64)
    stems = part(second, S1)
    # The words of each stem of the second text as a chain, the last one first.
    head = np.full(len(stems), -1, np.int64)
    before = np.empty(len(second.stem), np.int64)
    for at in range(len(second.stem)):
        if second.content[at] and (quotations or not second.quoted[at]):
            place = place_of(second.stem[at], stems)
            if head[place] < 0 or second.sentence[head[place]] != second.sentence[at]:
                before[at] = head[place]
                head[place] = at
    counted_in = np.full(len(stems), -1, np.int64)
    for at in range(len(first.stem)):
        if not first.content[at] or (first.quoted[at] and not quotations):
            continue
        place = place_of(first.stem[at], stems)
        if place < 0 or counted_in[place] == first.sentence[at]:
            continue
        counted_in[place] = first.sentence[at]
        to = head[place]
        while to >= 0:
            shared[first.sentence[at], second.sentence[to]] += sqrt(first.rarity[at] * second.rarity[to])
            to = before[to]
    return shared


@compiled
def similarities(shared: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Dice similarity of each pair of sentences by rarity, 0 to 1; float64[a, b].

    Args: shared: float64[a, b]. first, second: float64[a], float64[b], weights of the sentences.
    """
    dice = np.empty_like(shared)
    for a in range(len(first)):
        for b in range(len(second)):
            dice[a, b] = 2 * shared[a, b] / max(first[a] + second[b], MIN_WEIGHT)
    return dice


@compiled
def _put(row: np.ndarray, at: int, one: float, other: float) -> int:
    """Put the lower and the higher of two values into a row; returns where it goes on."""
    row[at], row[at + 1] = min(one, other), max(one, other)
    return at + 2


@compiled
def overlap_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """Jaccard similarity and both containments of every view, and what names, numbers and phrases tell."""
    start = at
    for view in range(_SETS):
        mine, theirs = part(later, view), part(earlier, view)
        shared = count_shared(mine, theirs)
        row[at] = shared / max(1, len(mine) + len(theirs) - shared)
        at = _put(row, at + 1, shared / max(1, len(mine)), shared / max(1, len(theirs)))
    row[at] = min(count_shared(part(later, NAME), part(earlier, NAME)), MOST_SHARED)
    row[at + 1] = min(count_shared(part(later, NUMBER), part(earlier, NUMBER)), MOST_SHARED)
    stems = row[start + 3 * S1] + 0.02
    row[at + 2], row[at + 3] = row[start + 3 * S2] / stems, row[start + 3 * S2_NQ] / stems
    return at + 4


@compiled
def density_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """Share of the best window that is covered, for each view and width, and how much is covered by long runs."""
    cover = unquoted = np.empty(0, np.bool_)
    for sequence in range(_SEQUENCES):
        mine, theirs = covered(later, sequence, earlier), covered(earlier, sequence, later)
        if sequence == _W3:
            cover = mine
        if sequence == _W3_NQ:
            unquoted = mine
        for number in range(len(WORD_WINDOWS)):
            width = WORD_WINDOWS[number] if sequence < _WORD_SEQUENCES else STEM_WINDOWS[number]
            at = _put(row, at, densest(mine, width), densest(theirs, width))
    quoted, words = 0, 0
    for word in range(len(cover)):
        words += cover[word]
        quoted += cover[word] and later.quoted[word]
    row[at] = log1p(words_in_runs(cover, 1)[1])
    row[at + 1] = log1p(words_in_runs(unquoted, 1)[1])
    row[at + 2] = quoted / max(1, words)
    at += 3
    for number in range(len(RUNS)):
        row[at + number] = log1p(words_in_runs(cover, RUNS[number])[0])
    return at + len(RUNS)


@compiled
def _side(dice: np.ndarray, shared: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How well the sentences of one text, the rows of `dice` and `shared`, find a counterpart; float64[7], see `features`."""
    found = np.zeros(4 + len(LEVELS), np.float64)
    top = np.zeros(_TOP, np.float64)
    total = 0.0
    for a in range(dice.shape[0]):
        best, most = 0.0, 0.0
        for b in range(dice.shape[1]):
            best, most = max(best, dice[a, b]), max(most, shared[a, b])
        total += weight[a]
        found[0] += best * weight[a]
        found[1] += most
        for number in range(len(LEVELS)):
            if best >= LEVELS[number]:
                found[4 + number] += weight[a]
        value = best * min(weight[a] / MIN_WEIGHT, 1.0)
        for rank in range(_TOP):
            if value > top[rank]:
                value, top[rank] = top[rank], value
    for number in range(len(found)):
        found[number] /= max(total, 1.0)
    found[2] = (top[0] + top[1] + top[2]) / 3
    found[3] = (top[0] + top[1] + top[2] + top[3] + top[4]) / _TOP
    return found


@compiled
def _sentence_features(
    row: np.ndarray, at: int, dice: np.ndarray, shared: np.ndarray, first: np.ndarray, second: np.ndarray
) -> int:
    """The best similarity of two sentences, and the measures of both texts."""
    mine, theirs = _side(dice, shared, first), _side(dice.T, shared.T, second)
    best = 0.0
    for a in range(dice.shape[0]):
        for b in range(dice.shape[1]):
            best = max(best, dice[a, b])
    row[at] = best
    at += 1
    for number in range(len(mine)):
        at = _put(row, at, mine[number], theirs[number])
    return at


@compiled
def _order_kept(dice: np.ndarray) -> float:
    """Share of neighbouring aligned sentences whose counterparts stand in the same order; .5 when there are none."""
    aligned, forward, moved, previous = 0, 0, 0, 0
    for a in range(dice.shape[0]):
        best, similarity = 0, 0.0
        for b in range(dice.shape[1]):
            if dice[a, b] > similarity:
                best, similarity = b, dice[a, b]
        if similarity >= LEVELS[0]:
            if aligned:
                forward += best > previous
                moved += best != previous
            previous = best
            aligned += 1
    return forward / max(1, moved) if aligned >= 3 else 0.5


@compiled
def quantile(dice: np.ndarray, weight: np.ndarray, share: float) -> float:
    """Similarity to their best counterparts that the worst sentences of a text, the rows of `dice`, do not exceed: those
    that make up `share` of its rarity; 0 for a text without."""
    total = _total(weight)
    if total < 1.0:
        return 0.0
    best = np.zeros(dice.shape[0], np.float64)
    for a in range(dice.shape[0]):
        for b in range(dice.shape[1]):
            best[a] = max(best[a], dice[a, b])
    found = 1.0
    for a in range(len(best)):
        below = 0.0
        for other in range(len(best)):
            if best[other] <= best[a]:
                below += weight[other]
        if below >= share * total:
            found = min(found, best[a])
    return found


@compiled
def _total(weights: np.ndarray) -> float:
    total = 0.0
    for at in range(len(weights)):
        total += weights[at]
    return total


@compiled
def alignment_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """How well sentences find a counterpart, with and without quotations, those that fare worst too, and whether in
    order."""
    for quotations in (False, True):
        first, second = weigh(later, quotations), weigh(earlier, quotations)
        shared = share_rarity(later, earlier, quotations)
        dice = similarities(shared, first, second)
        at = _sentence_features(row, at, dice, shared, first, second)
    lead = 0.0
    for a in range(min(2, dice.shape[0])):
        for b in range(min(2, dice.shape[1])):
            lead = max(lead, dice[a, b])
    longer, shorter = max(_total(first), _total(second)), min(_total(first), _total(second))
    row[at], row[at + 1] = _order_kept(dice), lead
    row[at + 2] = shorter / max(longer, 1.0)
    row[at + 3] = log1p(min(len(later.stem), len(earlier.stem)))
    at += 4
    for number in range(len(QUANTILES)):
        share = QUANTILES[number]
        at = _put(row, at, quantile(dice, first, share), quantile(dice.T, second, share))
    return at


@compiled
def _rarity(text: Views) -> float:
    """Rarity of all distinct stems of a text."""
    total = 0.0
    for at in range(len(text.first_place)):
        total += text.rarity[text.first_place[at]]
    return max(1.0, total)


@compiled
def order_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """Whether the rarer words that both share stand together in both: so they do in a rewrite, however worded, while
    independent reports spread the same names and facts differently."""
    stems, others = part(later, S1), part(earlier, S1)
    shared = 0.0
    # For each rare shared word of the later text, where its stem stands in the earlier one.
    facing = np.full(len(later.stem), -1, np.int64)
    a, b = 0, 0
    while a < len(stems) and b < len(others):
        one, other = stems[a], others[b]
        if one == other:
            place = later.first_place[a]
            shared += later.rarity[place]
            if later.rarity[place] >= MIN_RARITY:
                facing[place] = earlier.first_place[b]
        a += one <= other
        b += other <= one
    steps, beside, in_order, forward, previous = 0, 0, 0, 0, -1
    for word in range(len(facing)):
        if facing[word] < 0:
            continue
        if previous >= 0:
            step = facing[word] - facing[previous]
            is_near = word - previous <= NEAR_WORDS and abs(step) <= NEAR_WORDS
            steps += 1
            forward += step > 0
            beside += is_near
            in_order += is_near and step > 0
        previous = word
    at = _put(row, at, shared / _rarity(later), shared / _rarity(earlier))
    row[at], row[at + 1], row[at + 2] = beside / max(1, steps), in_order / max(1, steps), forward / max(1, steps)
    row[at + 3] = log1p(beside)
    row[at + 4] = beside / max(1, min(len(later.stem), len(earlier.stem)))
    return at + 5


@compiled
def heaviest_chain(places: np.ndarray, weights: np.ndarray, length: int) -> float:
    """Largest sum of weights over places that rise from one to the next; 0 for none.

    Args: places: int64[n], distinct, each from 0 to below `length`. weights: float64[n], above 0.
    Source: the longest increasing subsequence, with weights; over a Fenwick tree of maxima. Cost: O(n log length).
    """
    best = np.zeros(length + 1, np.float64)
    heaviest = 0.0
    for at in range(len(places)):
        before, node = 0.0, places[at]
        while node > 0:
            before = max(before, best[node])
            node -= node & -node
        weight, node = before + weights[at], places[at] + 1
        while node <= length:
            best[node] = max(best[node], weight)
            node += node & -node
        heaviest = max(heaviest, weight)
    return heaviest


@compiled
def chain_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """The heaviest chain of shared stems that stand in the same order in both texts, each counted where it stands first:
    its share of what is shared and of both texts, and how much longer the longest is than by chance. Of all content
    stems, then of those that are neither names nor numbers: independent reports share names and facts, not their order.
    """
    stems, others = part(later, S1), part(earlier, S1)
    facing = np.full(len(later.stem), -1, np.int64)
    is_plain = np.zeros(len(later.stem), np.bool_)
    a, b = 0, 0
    while a < len(stems) and b < len(others):
        one, other = stems[a], others[b]
        if one == other:
            place = later.first_place[a]
            facing[place] = earlier.first_place[b]
            is_plain[place] = place_of(one, part(later, PLAIN)) >= 0 and place_of(one, part(earlier, PLAIN)) >= 0
        a += one <= other
        b += other <= one
    places = np.empty(len(facing), np.int64)
    weights = np.empty(len(facing), np.float64)
    for plain in (False, True):
        count, shared = 0, 0.0
        for word in range(len(facing)):
            if facing[word] >= 0 and later.rarity[word] > 0 and (is_plain[word] or not plain):
                places[count], weights[count] = facing[word], later.rarity[word]
                shared += weights[count]
                count += 1
        chain = heaviest_chain(places[:count], weights[:count], len(earlier.stem))
        row[at] = chain / max(1.0, shared)
        at = _put(row, at + 1, chain / _rarity(later), chain / _rarity(earlier))
        for number in range(count):
            weights[number] = 1.0
        # A random order of n places holds a rising chain of 2 √n in the mean (Vershik and Kerov 1977).
        longest = heaviest_chain(places[:count], weights[:count], len(earlier.stem))
        row[at] = longest / sqrt(count) - 2 if count > 2 else 0.0
        at += 1
    return at


@compiled
def _gaps(text: Views, other: Views) -> tuple[float, float]:
    """Of the stretches of content words that the other text does not hold: the longest, as a share of all content words,
    and the length in words of the one that a content word stands in, in the mean; 0 for a shared word."""
    others = part(other, S1)
    words, gap, longest, squares = 0, 0, 0, 0
    for at in range(len(text.stem)):
        if text.content[at]:
            words += 1
            gap = 0 if place_of(text.stem[at], others) >= 0 else gap + 1
            longest = max(longest, gap)
            # Each word of a stretch adds to it what makes n² of n words.
            squares += 2 * gap - 1 if gap else 0
    return longest / max(1, words), squares / max(1, words)


@compiled
def gap_features(row: np.ndarray, at: int, later: Views, earlier: Views) -> int:
    """How long the stretches of each text are that the other holds no word of: a rewrite follows its source from end to
    end, a report of the same event has much of its own."""
    mine, theirs = _gaps(later, earlier), _gaps(earlier, later)
    at = _put(row, at, mine[0], theirs[0])
    return _put(row, at, mine[1], theirs[1])


@compiled
def sum_leaves(
    row: np.ndarray,
    roots: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    value: np.ndarray,
) -> float:
    """Sum of the values of the leaves that a row of features reaches, over all trees; a leaf leads to itself."""
    total = 0.0
    for tree in range(len(roots)):
        node = roots[tree]
        while left[node] != node:
            node = left[node] if row[feature[node]] <= threshold[node] else right[node]
        total += value[node]
    return total
