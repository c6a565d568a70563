"""What a company decides without an engineer: settings, rules, the calendar."""
