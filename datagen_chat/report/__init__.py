"""A dataset as one page that people can put in front of others: what was declared beside what the data shows."""
