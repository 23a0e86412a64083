"""Files of strangers: a malware scanner where there is one, and a child process that draws each file anew."""
