"""Functions over numpy arrays as machine code, for the loops that every article goes through many times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function compiled by numba when it is first called, and kept on disk for the next start.

    The first call on a machine takes up to a second a function, later starts 10 ms. Where neither the package's folder nor
    the user's cache can be written (`NUMBA_CACHE_DIR` names another one), every start compiles anew. A function may call
    another compiled one of its own file only: numba does not notice a change in another file, and would go on with the
    old code.
    """
    try:
        return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:
        return cast(F, njit(nogil=True, error_model="numpy")(function))
