"""Grade the course's notebooks, and say which mistake a wrong answer is."""
