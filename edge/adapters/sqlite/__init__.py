"""The office's database: one writer, the log, the tables."""
