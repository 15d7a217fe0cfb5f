"""Who someone is, and how they were invited."""
