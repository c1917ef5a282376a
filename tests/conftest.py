"""Options for the whole suite."""

from hypothesis import settings

# The same inputs in every run: a failure is then a fault of the change at hand.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
