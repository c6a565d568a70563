"""Rows in, plain frozen values out; the only place that writes SQL for records."""
