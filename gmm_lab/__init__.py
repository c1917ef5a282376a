"""Reference code for the book, one module per chapter idea.

`exercises`, `plots` and `widgets` are imported by name.
"""

from . import datasets
from .elbo import elbo, entropy, expected_complete_log_likelihood, kl_gap
from .initialization import random_start
from .mixture import ComponentCollapsed, MixtureParams, log_density, log_joint, sample
from .soft_em import EMState, Fit, e_step, em_states, fit, m_step
from .trace import HalfStep, em_half_steps

__all__ = [
    "ComponentCollapsed",
    "EMState",
    "Fit",
    "HalfStep",
    "MixtureParams",
    "datasets",
    "e_step",
    "elbo",
    "em_half_steps",
    "em_states",
    "entropy",
    "expected_complete_log_likelihood",
    "fit",
    "kl_gap",
    "log_density",
    "log_joint",
    "m_step",
    "random_start",
    "sample",
]
