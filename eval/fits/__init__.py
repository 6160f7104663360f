"""Fit the weights of ranking, answering and judging on the dev split."""
