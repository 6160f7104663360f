"""Check claims against the sources: parts, evidence, what differs, a verdict."""
