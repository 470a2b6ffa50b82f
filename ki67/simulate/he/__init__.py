"""H&E tissue made in code: patches in the layout of BreastPathQ, with exact truth. Simulated, and called so."""

from ki67.simulate.he.cohort import TissueCohort, write_cohort
from ki67.simulate.he.patch import Patch, render_patch

__all__ = ["Patch", "TissueCohort", "render_patch", "write_cohort"]
