"""Run all cases: `python -m tests.attacks [--against nbgrader] [--keep] [NAME ...]`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .case import Case, Outcome
from .cases import ALL
from .course import TASKS
from .run import fresh_folder, remove, run


def main() -> int:
    """Print a row a case, and how many hold; 1 unless all do."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--against", choices=["autograder", "nbgrader"])
    parser.add_argument("--keep", action="store_true", help="keep the course's folder")
    parser.add_argument("names", nargs="*", help="only these cases, by name or number")
    chosen = parser.parse_args()
    against = chosen.against or "autograder"
    cases = [c for c in ALL if not chosen.names or {c.number, c.name} & {*chosen.names}]
    if against == "nbgrader":
        cases = [c for c in cases if not c.engine_only]
    folder = fresh_folder(Path(tempfile.gettempdir()))
    begin = time.monotonic()
    try:
        outcomes = run(folder / "class", cases, against)
    finally:
        print(f"The course is kept in {folder}.") if chosen.keep else remove(folder)
    print(f"Points of {', '.join(TASKS)}; what is right, and what happened:")
    held = [_print(case, outcomes[case.name]) for case in cases]
    seconds = time.monotonic() - begin
    print(f"{len(held)} attacks against {against} in {seconds:.0f} s")
    print(f"{sum(held)}/{len(held)}")
    return 0 if all(held) else 1


def _print(case: Case, outcome: Outcome) -> bool:
    complaints = case.complaints(outcome)
    happened = "; ".join(complaints)[:200] or "so it was"
    mark = "FAILS" if complaints else "holds"
    print(f"{case.number:>4} {case.name:52} {case.expected:36} {mark}  {happened}")
    return not complaints


if __name__ == "__main__":
    sys.exit(main())
