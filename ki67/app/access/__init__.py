"""Who somebody is, and what they may do: passwords, passkeys, sessions, tokens, links, one table of permissions."""
