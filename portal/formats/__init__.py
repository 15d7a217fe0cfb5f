"""How dates and times are written here, one way everywhere."""
