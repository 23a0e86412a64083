"""The only place that names concrete adapters: builds the office from its configuration and runs it."""
