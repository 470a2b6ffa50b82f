"""From what somebody sends to a picture that is kept: checked before it is decoded, and without what tells of a person."""
