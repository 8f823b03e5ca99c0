"""What operations do with whole columns."""
