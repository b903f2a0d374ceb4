"""What a student may see of a graded notebook."""

from nbformat import NotebookNode
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import Bool

from .verdicts import get_judgement, is_test, show


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
