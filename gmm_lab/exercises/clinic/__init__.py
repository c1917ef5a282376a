"""The clinic: ten broken fits to diagnose, each with a cause to name and a proof to compute.

>>> from gmm_lab.exercises.clinic import diagnose, patient
>>> run = patient("dip")
>>> diagnose("dip", "saddle", [3, 0.5]).score
0
"""

from .cases import CAUSES
from .judge import Patient, diagnose, grade_diagnosis, patient

__all__ = ["CAUSES", "Patient", "diagnose", "grade_diagnosis", "patient"]
