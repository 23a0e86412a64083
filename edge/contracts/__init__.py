"""Wire types and topics: the only place where a topic or a payload is spelled."""
