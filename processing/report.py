"""What the runs say together: counts add up, a normal day holds, completeness."""
