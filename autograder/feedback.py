"""What a student may see of a graded notebook."""

import html
import re

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from traitlets import Bool

from .verdicts import get_judgement, is_test, show

# The beginning of a script's address, as Markdown and browsers may read it.
SPACED = (r"\s*".join(scheme) for scheme in ("javascript", "vbscript"))
SCRIPT_LINK = re.compile(rf"({'|'.join(SPACED)})[\t\r\n]*\\?:", re.IGNORECASE)


MAX_LEVELS = 10  # of entities within entities
MAX_TAGS_AT_ONCE = 5_000  # in one text
MAX_TAGS = 20_000  # in a notebook
MAX_LETTERS = 5_000_000


class StudentView(ClearHiddenTests):
    """Hides the hidden tests, and says verdict and hint in place of the outputs.

    A traceback shows the lines of the test that failed, and whatever a student's
    function prints may hold what a hidden test gave it: so a test cell keeps none of
    its outputs. Cells that are not tests stay as they are.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple:
        """Rewrite one cell; in a student's own cell the delimiters mean nothing."""
        if is_test(cell):
            self._remove_hidden_test_region(cell)
            cell.outputs = [show(get_judgement(cell))]
        return cell, resources


class Inert(SanitizeHTML):
    """Takes scripts and the like out of a student's text and outputs."""

    enabled = Bool(True, help="Whether it is done at all.").tag(config=True)

    _tags, _letters = MAX_TAGS, MAX_LETTERS  # that may still be cleaned

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Clean a notebook."""
        self._tags, self._letters = MAX_TAGS, MAX_LETTERS
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple:
        """Clean one cell, unless it is a text of the instructor's."""
        if cell.cell_type != "code" and (cell.metadata.get("nbgrader") or {}).get(
            "locked"
        ):
            return cell, resources
        return super().preprocess_cell(cell, resources, index)

    def sanitize_html_tags(self, html_str: str) -> str:
        """Clean HTML, or Markdown, whose links have a syntax of their own.

        Cleaning takes a time that grows with the square of the tags. Where there are
        too many of them, they are shown as text instead.
        """
        tags = html_str.count("<")
        self._tags -= tags
        self._letters -= len(html_str)
        if tags > MAX_TAGS_AT_ONCE or min(self._tags, self._letters) < 0:
            return html.escape(html_str)
        return super().sanitize_html_tags(_without_script_links(html_str))

    def sanitize_code_outputs(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """Clean the data, and drop the outputs' metadata.

        nbconvert's templates write a picture's width and file name from there into
        the page as they are: a script or a picture from another host fits in.
        """
        for output in outputs:
            if "metadata" in output:
                output.metadata = NotebookNode()
        return super().sanitize_code_outputs(outputs)


def _without_script_links(text: str) -> str:
    """The text, with every `javascript:` broken by a space, however it is written."""
    for _ in range(MAX_LEVELS):
        if not SCRIPT_LINK.search(plain := html.unescape(text)):
            return text
        text = SCRIPT_LINK.sub(r"\1 :", plain)
    return html.escape(text)


class Grades(GetGrades):
    """Puts the gradebook's points and comments into the cells.

    Beside nbgrader's `score` and `points`, a graded cell says whether a person gave
    the points (`by_hand`) or still has to (`waiting`). Of the comments only those that
    a person wrote are taken.
    """

    def _get_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(*self._place(cell))
        by_hand = grade.manual_score is not None
        cell.metadata.nbgrader["by_hand"] = by_hand
        cell.metadata.nbgrader["waiting"] = grade.auto_score is None and not by_hand

    def _get_comment(self, cell: NotebookNode, resources: dict) -> None:
        comment = self.gradebook.find_comment(*self._place(cell))
        cell.metadata.nbgrader["comment"] = comment.manual_comment

    def _place(self, cell: NotebookNode) -> tuple[str, str, str, str]:
        name = cell.metadata.nbgrader["grade_id"]
        return name, self.notebook_id, self.assignment_id, self.student_id
