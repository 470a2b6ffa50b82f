"""Tumour cellularity of H&E patches: weak segmentation, features with boosted trees, networks (Rakhlin et al. 2019)."""
