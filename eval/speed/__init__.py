"""Ratios of times, taken fairly in one run."""
