"""Papers about counting people: the entrance poster, the impact assessment, the record of processing."""
