"""Language models behind one small interface: messages in, a stream of text out."""
