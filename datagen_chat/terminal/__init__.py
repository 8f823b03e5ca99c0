"""What people see: the only package that draws on a terminal."""
