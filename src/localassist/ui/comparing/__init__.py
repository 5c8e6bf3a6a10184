"""Several models side by side: one question in columns, and saved lists of questions as a table."""
