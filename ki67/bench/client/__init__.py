"""`ki67 bench-client`: how fast the browser client is and what it holds, in the browsers that this machine has."""
