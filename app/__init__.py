"""Question or claim in, grounded result out. Imports `ingest`."""
