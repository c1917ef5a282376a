"""What judges an answer: the form of an exercise, the examination, the report."""
