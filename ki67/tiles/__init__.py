"""Cellularity of H&E pictures, tile by tile: what `ki67 cellularity` runs. No TensorFlow, no pandas, no Matplotlib."""
