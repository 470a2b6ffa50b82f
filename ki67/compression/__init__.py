"""Weight sharing: a network's kernels as places in a codebook, made, retrained, stored and run that way."""
