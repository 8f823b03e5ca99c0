"""What a schema promises, asked of its data in SQL."""
