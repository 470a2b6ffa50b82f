"""Masks from points, the U-Net that learns them (McConnell et al. 2021), and what both lose."""
