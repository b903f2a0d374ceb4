"""The data of the chapters: made on the spot, or shipped inside a package.

Nothing is downloaded. A function that draws at random takes the generator.
"""

from .adding import adding_batch
from .copying import copy_batch
from .counting import equal_counts
from .date_words import date_words
from .latch import latch_batch
from .letter_pairs import letter_pairs
from .memory import echo_stream, recall_batch
from .number_words import number_words
from .pairs import Pairs
from .sounds import sounds
from .source_code import code_marks, python_source
from .split import learned_and_held_out
from .text import Characters, python_help

__all__ = [
    "Characters",
    "Pairs",
    "adding_batch",
    "code_marks",
    "copy_batch",
    "date_words",
    "echo_stream",
    "equal_counts",
    "latch_batch",
    "learned_and_held_out",
    "letter_pairs",
    "number_words",
    "python_help",
    "python_source",
    "recall_batch",
    "sounds",
]
