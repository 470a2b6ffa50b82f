"""What the scorer in the browser is made of: the network as one file, and examples that hold it to Python's answers."""
