"""What the chapters share: data sets, training loops, figures, the plot style."""
