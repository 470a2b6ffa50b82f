"""The service's addresses, one file a subject: each asks a room above for the deed and gives a view of what came of it."""
