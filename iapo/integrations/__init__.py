"""IAPO's reward inside other people's trainers and evaluation harnesses.

Each module is an adapter of a few lines and imports its host when it is used, not before:

- `trl`: reward functions and a data set for `GRPOTrainer`;
- `verl`: a `compute_score` and rows for its parquet files;
- `verifiers`: a taskset;
- `inspect`: a scorer and a task for Inspect.

`truth` is what they share: a task as one text that travels in a data set's column.
"""
