"""The benchmarks behind `localassist bench`: each measures a ratio to a reference in the same run."""
