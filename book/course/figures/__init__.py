"""The figures of the book: data in, `matplotlib.figure.Figure` out."""
