"""The study as a whole: stages, DVC, release runs, what ships, claims, the book; and what is measured beside the stages."""
