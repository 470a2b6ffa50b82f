"""Four quantisers: weights in, a codebook and indices out. One a file."""
