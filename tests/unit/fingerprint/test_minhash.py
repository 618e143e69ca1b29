"""Signatures are those of datasketch, so that its indexes and estimates hold for them."""

from __future__ import annotations

import numpy as np
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fingerprint.minhash import PERMUTATIONS, minhash


# The first call compiles, which takes seconds where nothing is kept on disk.
@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=40))
def test_a_signature_is_that_of_datasketch(features: list[int]) -> None:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32", hashfunc=lambda value: value)
    sketch.update_batch([value % 2**32 for value in features])
    found = minhash(np.array(features, np.uint64))
    assert found.dtype == np.uint32
    assert found.tolist() == sketch.hashvalues.tolist()
