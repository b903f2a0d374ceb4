"""How fast is grading, and where does its time go? `python -m autograder.bench`."""
