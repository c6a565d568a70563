"""Genjin (跟进), the machine: everything between a chat platform and the records."""
