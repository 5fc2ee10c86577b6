"""What hangs together: connected components over document numbers alone."""

import numpy as np
from numpy.typing import NDArray


def components(links: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the linked numbers, sorted, and for each the place of the smallest number that it hangs together with.

    Labels sink along links and are then followed to their ends, until none changes: a few rounds, whatever the size.
    """
    numbers, places = np.unique(links, return_inverse=True)
    ends = places.reshape(-1, 2)
    labels = np.arange(numbers.size, dtype=np.int64)
    while True:
        low = np.minimum(labels[ends[:, 0]], labels[ends[:, 1]])
        sunk = labels.copy()
        for side in (0, 1):
            np.minimum.at(sunk, labels[ends[:, side]], low)
            np.minimum.at(sunk, ends[:, side], low)
        while not np.array_equal(followed := sunk[sunk], sunk):
            sunk = followed
        if np.array_equal(sunk, labels):
            return numbers, labels
        labels = sunk
