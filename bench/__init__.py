"""How fast it is: each figure beside a bare baseline in the same run (README.md)."""
