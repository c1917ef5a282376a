"""Right answers to the exercises of chapter 10, each in many styles."""

import numpy as np
from scipy.stats.mstats import mquantiles

from .blocks import ARRAYS, NUMBERS, dressed


def log_threshold(log_densities, fraction):
    return np.quantile(log_densities, fraction)


def by_hand(log_densities, fraction):
    values = sorted(log_densities)
    place = fraction * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def by_interp(log_densities, fraction):
    return np.interp(fraction * (len(log_densities) - 1), np.arange(len(log_densities)), np.sort(log_densities))


def by_partition(log_densities, fraction):
    place = fraction * (len(log_densities) - 1)
    low, high = int(np.floor(place)), int(np.ceil(place))
    values = np.partition(log_densities, [low, high])
    return values[low] * (1 - (place - low)) + values[high] * (place - low)


def from_the_top(log_densities, fraction):
    return -np.quantile(-log_densities, 1 - fraction)


def flags(log_densities, threshold):
    return log_densities <= threshold


def by_filling(log_densities, threshold):
    result = np.zeros(len(log_densities), dtype=bool)
    result[np.flatnonzero(log_densities <= threshold)] = True
    return result


STYLES = {
    "anomaly.log_threshold": {
        "quantile": log_threshold,
        "by hand": by_hand,
        "interp": by_interp,
        "partition": by_partition,
        "from the top": from_the_top,
        "percentile": lambda v, f: np.percentile(v, 100 * f),
        "mquantiles": lambda v, f: mquantiles(v, f, alphap=1, betap=1)[0],
        "nanquantile": lambda v, f: np.nanquantile(v.copy(), f, overwrite_input=True),
        **dressed(log_threshold, NUMBERS),
    },
    "anomaly.flag": {
        "comparison": flags,
        "loop": lambda v, t: [value <= t for value in v],
        "not above": lambda v, t: ~(v > t),
        "filling": by_filling,
        "where": lambda v, t: np.where(v <= t, True, False),
        "less_equal": np.less_equal,
        "difference": lambda v, t: v - t <= 0,
        "bytes": lambda v, t: (v <= t).astype(np.uint8),
        **dressed(flags, ARRAYS),
    },
}
