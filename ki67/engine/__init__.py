"""Networks without Keras: OpenVINO graphs, in whole or in fewer numbers, and compressed ones as they are."""
