"""Measuring: accuracy, intervals, comparisons, stored results."""
