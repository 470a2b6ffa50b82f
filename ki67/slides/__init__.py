"""Tumour of whole H&E slides: what `ki67 slide` runs. No TensorFlow, no pandas, no Matplotlib."""
