"""The chat without a terminal: transcripts, the schema in a reply, and its text read as JSON."""
