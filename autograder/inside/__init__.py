"""What runs in the sandbox: a process that forks, and what it forks.

`forkserver` imports NumPy, PyTorch and matplotlib once and forks on request; `confine`
shuts a fork in; `student` runs a student's cells and `referee` the tests; `shell` is
the IPython that both run cells with.
"""
