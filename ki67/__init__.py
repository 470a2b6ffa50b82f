"""Ki-67 scoring in breast pathology: a reproducible study and its tool."""
