"""Labelled pictures from disk: one reader a dataset, who trains and who tests, and the frames that networks see."""
