"""Originals from their publishers' sites, with the paragraph numbers that Sangho's digests give them.

`client` gets a page (and only from public addresses, politely); `fingerprints` says how to know each paragraph again
without its text; `align` finds the paragraphs among the page's `words`; `originals` writes what was found into the home
folder, as a source root.
"""
