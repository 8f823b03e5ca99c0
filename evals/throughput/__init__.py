"""The throughput benchmark: Datagen and others make the same tables, each as a whole process, in turn.

`python -m evals.throughput` runs it; `make bench` does.
"""
