"""How the tables came to be, a step a file; each can be taken back."""
