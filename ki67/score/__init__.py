"""Cells of Ki-67 pictures: what `ki67 score` runs. No TensorFlow, no pandas, no Matplotlib."""
