"""Where each document is and which keys lead to it, in about 16 bytes of memory per document and per key."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

Numbers = npt.NDArray[np.int64]


class _Places(NamedTuple):
    """Sorted arrays, never changed in place, and what changed since; replaced as a whole, so readers need no lock."""

    ids: Numbers
    places: Numbers
    recent: dict[int, int]


class IdMap:
    """Document number -> place, 0 for none."""

    def __init__(self, ids: Numbers | None = None, places: Numbers | None = None, *, recent: int | None = None) -> None:
        """Start from arrays sorted by document number; ``recent`` is how many changes are kept aside."""
        self._most = recent or _RECENT
        self._parts = _Places(_EMPTY if ids is None else ids, _EMPTY if places is None else places, {})
        self._count = len(self._parts.ids)
        self.highest = int(self._parts.ids[-1]) if self._count else 0
        """The largest number given since the map was last empty."""

    def __len__(self) -> int:
        """Count the documents."""
        return self._count

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield every (number, place) as of now, by number."""
        ids, places = self.arrays()
        return zip(ids.data, places.data, strict=True)

    def get(self, doc_id: int) -> int:
        """Return the place of a document, 0 when there is none."""
        ids, places, recent = self._parts
        place = recent.get(doc_id)
        if place is not None:
            return place
        view = ids.data  # gives plain integers, several times faster than the array
        at = doc_id - 1  # where it is in a table that nothing was removed from
        if not (0 <= at < len(view) and view[at] == doc_id):
            at = bisect_left(view, doc_id)
        return int(places[at]) if at < len(view) and view[at] == doc_id else 0

    def set(self, doc_id: int, place: int) -> int:
        """File a document at a place, or nowhere (0), and return where it was."""
        before = 0 if doc_id > self.highest else self.get(doc_id)
        recent = self._parts.recent
        recent[doc_id] = place
        self._count += (place != 0) - (before != 0)
        self.highest = max(self.highest, doc_id) if self._count else 0
        if len(recent) > self._most:
            self._parts = _Places(*self.arrays(), {})
        return before

    def arrays(self) -> tuple[Numbers, Numbers]:
        """Return all numbers, sorted, and their places."""
        ids, places, recent = self._parts
        if not recent:
            return ids, places
        new_ids, new_places = _sorted(recent.copy())
        at = np.searchsorted(ids, new_ids)
        known = at < len(ids)
        known[known] = ids[at[known]] == new_ids[known]
        places = places.copy()
        places[at[known]] = new_places[known]
        ids = np.insert(ids, at[~known], new_ids[~known])
        places = np.insert(places, at[~known], new_places[~known])
        kept = places != 0
        return (ids, places) if kept.all() else (ids[kept], places[kept])


class _Pairs(NamedTuple):
    hashes: Numbers
    ids: Numbers
    recent: dict[int, int]
    more: dict[int, list[int]]
    """Further numbers of a hash in ``recent``: rare, so that most need no list."""


class KeyIndex:
    """Hash of a key -> document numbers it may lead to: some may be outdated, none is missing."""

    def __init__(self, hashes: Numbers | None = None, ids: Numbers | None = None, *, recent: int | None = None) -> None:
        """Start from arrays sorted by hash; ``recent`` is how many changes are kept aside."""
        self._most = recent or _RECENT
        self._parts = _Pairs(_EMPTY if hashes is None else hashes, _EMPTY if ids is None else ids, {}, {})
        self._added = 0

    def get(self, hashed: int) -> list[int]:
        """Return the numbers filed under a hash."""
        hashes, ids, recent, more = self._parts
        found = [recent[hashed], *more.get(hashed, ())] if hashed in recent else []
        view = hashes.data
        count = len(view)
        guess, most = ((hashed + _HALF) * count) >> 64, _SLACK * math.isqrt(count)  # hashes are spread evenly
        low, high = max(0, guess - most), min(count, guess + most)
        if (low and view[low - 1] >= hashed) or (high < count and view[high] < hashed):
            low, high = 0, count
        at = bisect_left(view, hashed, low, high)
        while at < count and view[at] == hashed:
            found.append(int(ids[at]))
            at += 1
        return found

    def add(self, hashed: int, doc_id: int) -> None:
        """File a number under a hash."""
        _, _, recent, more = self._parts
        if recent.setdefault(hashed, doc_id) != doc_id:
            more.setdefault(hashed, []).append(doc_id)
        self._added += 1
        if self._added > self._most:
            self._parts, self._added = _Pairs(*self.arrays(), {}, {}), 0

    def arrays(self) -> tuple[Numbers, Numbers]:
        """Return all hashes, sorted, and the number beside each."""
        hashes, ids, recent, more = self._parts
        if not recent:
            return hashes, ids
        new_hashes, new_ids = _sorted(recent.copy())
        at = np.searchsorted(hashes, new_hashes)
        hashes, ids = np.insert(hashes, at, new_hashes), np.insert(ids, at, new_ids)
        further = [(hashed, doc_id) for hashed, found in more.copy().items() for doc_id in found]
        if further:
            new_hashes, new_ids = np.array(sorted(further), np.int64).T
            at = np.searchsorted(hashes, new_hashes)
            hashes, ids = np.insert(hashes, at, new_hashes), np.insert(ids, at, new_ids)
        return hashes, ids


def _sorted(changes: dict[int, int]) -> tuple[Numbers, Numbers]:
    keys = np.fromiter(changes.keys(), np.int64, len(changes))
    values = np.fromiter(changes.values(), np.int64, len(changes))
    order = np.argsort(keys)
    return keys[order], values[order]


_HALF = 1 << 63
_SLACK = 3
_EMPTY: Numbers = np.empty(0, np.int64)
_RECENT = 1 << 17
"""How many changes are kept aside before they are merged: about 15 MB, and a merge of 0.1 s at a million documents."""
