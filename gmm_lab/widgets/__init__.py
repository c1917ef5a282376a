"""Widgets of the book: Python tabulates what can be seen, and one shared view plays the table."""

from .player import Player
from .soft_em import EMStepper

__all__ = ["EMStepper", "Player"]
