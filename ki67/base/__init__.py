"""What every room stands on: errors, whole files, small tables, unfinished work, processes, clusters."""
