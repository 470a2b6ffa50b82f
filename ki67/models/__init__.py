"""Networks: one architecture per file, each a plain builder function, and the training they share."""
