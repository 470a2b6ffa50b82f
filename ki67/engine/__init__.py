"""The fast lane: a trained network as the engine runs it best. Nothing here needs TensorFlow."""
