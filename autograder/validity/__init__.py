"""The proof that hidden tests are fair: `python -m autograder.validity`.

An assignment's tests are a classifier of answers, and are measured as one: wrong
answers (named misconceptions, and every mechanical mutant of the solution) have to
be rejected, right ones accepted, and a wrong one named. Each answer is graded by the
code that grades a class, sandbox and referee included.
"""
