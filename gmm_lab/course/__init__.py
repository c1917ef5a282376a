"""A class: the course folder for nbgrader, and the audit. `python -m gmm_lab.course` has the commands."""
