"""A believable site with people, history and pictures, the same for the same seed."""
