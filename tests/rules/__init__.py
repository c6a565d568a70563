"""Rules in force and what edited ones would have done."""
