"""From files to pixels at a scale and back to people: what all tools that read pictures have in common."""
