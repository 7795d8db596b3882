"""Measuring: accuracy, intervals, comparisons, stored results; what weights are worth."""
