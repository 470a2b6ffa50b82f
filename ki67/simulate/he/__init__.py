"""H&E tissue made in code: patches in the layout of BreastPathQ, with exact truth. Simulated, and called so."""
