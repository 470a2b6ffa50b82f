"""Every setting of the study: its type, its profiles, and the names that networks go by."""
