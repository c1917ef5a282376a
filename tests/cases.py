"""Awkward inputs that several test files share."""

import numpy as np

from gmm_lab import MixtureParams, datasets, m_step, sample

# Old Faithful, two full covariances, from the split at 3 minutes; agreed between independent programs to 1e-5 nats.
FAITHFUL_MAXIMUM = -1130.26396


def awkward_case(seed: int = 0) -> tuple[np.ndarray, MixtureParams]:
    """300 points from three correlated, unequal components, determinants far from 1; and a start off the truth."""
    rng = np.random.default_rng(seed)
    covariances = [[[4.0, 1.8], [1.8, 1.0]], [[0.05, -0.02], [-0.02, 0.3]], [[9.0, -2.0], [-2.0, 0.6]]]
    truth = MixtureParams([0.6, 0.1, 0.3], [[0.0, 0.0], [3.0, 1.5], [-4.0, 3.0]], covariances)
    x, _ = sample(truth, 300, rng)
    start = MixtureParams([0.5, 0.2, 0.3], truth.means + rng.normal(0, 0.4, (3, 2)), 1.5 * truth.covariances)
    return x, start


def faithful_split() -> tuple[np.ndarray, MixtureParams, np.ndarray]:
    """Old Faithful, the start from the split at 3 minutes of eruption time, and that split as responsibilities."""
    x = datasets.old_faithful()
    resp = np.eye(2)[(x[:, 0] > 3).astype(int)]
    return x, m_step(x, resp), resp
