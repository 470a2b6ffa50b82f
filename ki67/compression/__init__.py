"""PathoNet's weights shared, retrained, chosen and made smallest."""
