"""The data of the chapters: made on the spot, or shipped inside a package.

Nothing is downloaded. A function that draws at random takes the generator.
"""

from .memory import echo_stream, recall_batch
from .number_words import number_words
from .pairs import Pairs
from .text import Characters, python_help

__all__ = [
    "Characters",
    "Pairs",
    "echo_stream",
    "number_words",
    "python_help",
    "recall_batch",
]
