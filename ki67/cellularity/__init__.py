"""Networks and trees that learn cellularity from H&E patches."""
