"""A case to take away: tables, GeoJSON, a report."""
