"""A policy for late work: some free days in a term, then a share of the points a day.

nbgrader asks a plug-in what a late submission costs; this one is switched on in
`nbgrader_config.py`:

    c.AssignLatePenalties.plugin_class = "autograder.latedays.LateDays"
"""

import math

from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

DAY = 24 * 60 * 60


class LateDays(LateSubmissionPlugin):
    """Every day that has begun is late; a student's free days are used first.

    Free days are counted over the term, in the order in which work was due. So a
    penalty depends on what was due before it: when an earlier assignment's lateness
    changes, grade the later ones again.
    """

    per_day = Float(0.1, help="Share of the assignment's points that a day costs.").tag(
        config=True
    )

    free_days = Integer(
        0, help="Days of the term for which a student pays nothing."
    ).tag(config=True)

    grace = Integer(
        10, help="Minutes after the due time that do not count: a slow upload."
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Points to take off; nbgrader takes no more than there are."""
        caller = self.parent  # nbgrader's AssignLatePenalties, which knows the rest
        submission = caller.gradebook.find_submission(caller.assignment_id, student_id)
        used = sum(
            self._days(earlier.total_seconds_late)
            for earlier in _due_before(caller.gradebook, submission)
        )
        free = max(0, self.free_days - used)
        paid = max(0, self._days(total_seconds_late) - free)
        return round(self.per_day * paid * submission.max_score, 2)

    def _days(self, seconds: float) -> int:
        return max(0, math.ceil((seconds - 60 * self.grace) / DAY))


def _due_before(
    gradebook: Gradebook, submission: SubmittedAssignment
) -> list[SubmittedAssignment]:
    """The student's submissions that were due earlier; the name decides a tie."""

    def order(one: SubmittedAssignment) -> tuple:
        return one.duedate, one.name

    theirs = gradebook.find_student(submission.student.id).submissions
    return [one for one in theirs if one.duedate and order(one) < order(submission)]
