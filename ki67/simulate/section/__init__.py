"""Whole H&E sections made in code: pyramidal slides of graded tumours with a pathologist's outline. Simulated, and called so."""

from ki67.simulate.section.cohort import SectionCohort, write_cohort
from ki67.simulate.section.section import SimulatedSection, draw_section

__all__ = ["SectionCohort", "SimulatedSection", "draw_section", "write_cohort"]
