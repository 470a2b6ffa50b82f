"""Tissue made in code: Ki-67 fields in the layout of SHIDC-B-Ki-67, with exact truth. Simulated, and called so."""

from ki67.simulate.cohort import Cohort, write_cohort
from ki67.simulate.field import Field, Scene, render_field
from ki67.simulate.patients import Patient

__all__ = ["Cohort", "Field", "Patient", "Scene", "render_field", "write_cohort"]
