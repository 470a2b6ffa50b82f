"""From anyone's pictures to cells, scores and a report. Nothing here needs TensorFlow."""
