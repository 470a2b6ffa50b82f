"""The failures a user can mend: one line each."""


class InputError(ValueError):
    """Something the user gave is wrong; the message names the file, what is wrong and what to do."""
