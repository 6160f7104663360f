"""Measure retrieval, answers and verdicts. Imports `app` and `ingest`."""
