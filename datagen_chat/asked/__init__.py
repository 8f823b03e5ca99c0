"""What a person stated in a conversation, read from their words, and what in a schema keeps it."""
