"""Questions that a chat model drafts from a user's documents, for a person to decide on."""
