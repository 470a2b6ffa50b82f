"""What is measured and never the same twice: speed, memory, energy; and what happens to changed pictures and damaged files."""
