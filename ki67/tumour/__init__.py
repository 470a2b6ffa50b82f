"""Networks that learn where a section's tumour is, from patches and from the section seen small (Pedersen et al. 2022)."""
