"""`python -m datagen_chat` is `datagen`."""

from datagen_chat.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
