"""The study as a whole: stages, notebooks, DVC, release runs, what ships, claims, the links of the book."""
