"""Telling people in time: what stands, who has to know, by which channel, and what came of it."""
