"""Who relies on certificates."""
