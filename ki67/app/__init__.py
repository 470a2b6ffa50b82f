"""`ki67 app`: the scorer as a service for a team, with cases, blind review and second opinions. No TensorFlow, no pandas."""
