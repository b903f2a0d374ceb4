"""The figures of the book: data in, `matplotlib.figure.Figure` out, one a file."""

from .accuracy_against_lag import accuracy_against_lag
from .bits_per_character import bits_per_character
from .error_surface import error_surface
from .forced_and_free import forced_and_free
from .gradient_against_lag import gradient_against_lag
from .loss_by_window import loss_by_window
from .probability_of_truth import probability_of_truth
from .push_on_scores import push_on_scores
from .spelling import spelling
from .state_flow import state_flow
from .unrolled_rnn import unrolled_rnn

__all__ = [
    "accuracy_against_lag",
    "bits_per_character",
    "error_surface",
    "forced_and_free",
    "gradient_against_lag",
    "loss_by_window",
    "probability_of_truth",
    "push_on_scores",
    "spelling",
    "state_flow",
    "unrolled_rnn",
]
