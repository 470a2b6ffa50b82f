"""What the service keeps: rows in SQLite or PostgreSQL, pictures as files by their content, a log that nobody rewrites unseen."""
