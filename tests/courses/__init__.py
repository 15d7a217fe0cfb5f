"""What people do with courses."""
