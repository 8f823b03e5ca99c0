"""`python -m datagen_chat` is `datagen`."""

from datagen_chat.cli import run_and_leave

if __name__ == "__main__":
    run_and_leave()
