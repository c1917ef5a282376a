"""Right answers to every exercise, by exercise and style."""

from . import anomaly, convergence, elbo, hard_em, initialization, kmeans, likelihood, mixture, selection, soft_em

STEMS = mixture, likelihood, hard_em, kmeans, soft_em, elbo, convergence, selection, initialization, anomaly
STYLES = {name: styles for stem in STEMS for name, styles in stem.STYLES.items()}
