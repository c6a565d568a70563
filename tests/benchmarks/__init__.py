"""Speed and memory, each beside what it is compared to: ``make bench`` prints the table of docs/performance.md.

Nothing here asserts a time; ``test_smoke.py`` runs every benchmark once in a small size so that they keep working.
"""
