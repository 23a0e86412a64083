"""The far end: acknowledged ingest, console, commands."""
