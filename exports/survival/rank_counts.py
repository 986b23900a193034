"""Counting, for many questions at once, the smaller and the equal ranks inside a stretch of a sequence.

The sequence is read bit by bit, the ranks stably parted by each bit (a wavelet matrix: Claude F, Navarro G, Ordóñez A,
Inf Syst 2015;47:15): log(ranks) passes over whole arrays, where a count per question would take n times n.
"""

from __future__ import annotations

import numpy as np

from exports.survival.inputs import Ints


def below_and_equal(ranks: Ints, start: Ints, stop: Ints, bound: Ints) -> tuple[Ints, Ints]:
    """Return how many of ranks[start:stop] are below the bound, and how many equal it, for each question.

    Ranks and bounds are whole numbers from 0; stop >= start.
    """
    below = np.zeros(start.size, dtype=np.int64)
    highest = max(int(ranks.max(initial=0)), int(bound.max(initial=0)))
    for bit in reversed(range(highest.bit_length())):
        is_zero = (ranks >> bit) & 1 == 0
        zeros = np.concatenate([[0], np.cumsum(is_zero)])
        start_zeros, stop_zeros = zeros[start], zeros[stop]
        up = (bound >> bit) & 1 == 1
        below += np.where(up, stop_zeros - start_zeros, 0)
        start = np.where(up, start - start_zeros + zeros[-1], start_zeros)
        stop = np.where(up, stop - stop_zeros + zeros[-1], stop_zeros)
        ranks = np.concatenate([ranks[is_zero], ranks[~is_zero]])
    return below, stop - start
