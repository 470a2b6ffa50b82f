"""`ki67 app-check`: what the service does when it is killed, cut off, filled up and asked by many, and how fast it is."""
