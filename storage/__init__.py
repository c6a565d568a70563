"""The tables, the store that writes them one unit at a time, and the repositories that turn rows into plain values."""
