"""Data in and out: import and export of every kind, as CSV and XLSX."""
