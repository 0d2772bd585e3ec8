"""Programs that benchmarks.desk starts in a terminal."""
