"""Pictures scored in the background, by processes that may be killed at any moment."""
