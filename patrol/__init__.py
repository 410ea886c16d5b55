"""Patrol: rounds, hazards, checklists and reviews for property sites."""

__version__ = "0.1.0"
