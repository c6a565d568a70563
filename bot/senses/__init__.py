"""What people send besides words, read: speech, pictures, films and documents. Slow and risky work runs in child processes."""
