"""The chat measured: cases, recorded and live conversations, graders, and the scoreboard."""
