"""H&E pictures scored tile by tile: what `ki67 cellularity` runs. Nothing here needs TensorFlow."""
