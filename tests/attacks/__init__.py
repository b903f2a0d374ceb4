"""Attacks on the autograder: one class, one case a student.

`python -m tests.attacks` hands in every case at once, has the class graded and says
which outcomes are the right ones.
"""
