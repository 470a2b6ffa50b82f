"""Datasets: one reader per published layout, the splits, and the frames that the networks see."""
