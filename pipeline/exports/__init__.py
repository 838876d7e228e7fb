"""The files that a run writes from all records: JSON lines, CSV, Parquet."""
