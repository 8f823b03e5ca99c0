"""Scripts that make the benchmark's tables; each runs by itself and is written as its users write."""
