"""Audit an article: each claim and quotation of it against the other documents."""
