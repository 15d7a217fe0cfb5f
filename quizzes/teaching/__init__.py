"""Rooms for whoever teaches: questions, results, corrections, marking, accommodations."""
