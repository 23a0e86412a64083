"""Papers that the office makes: posters, receipts, certificates; each is set by typst in a child process."""
