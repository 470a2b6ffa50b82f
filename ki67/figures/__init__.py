"""Every figure in one style: plots of tables, diagrams, pictures of fields with cells in them."""
