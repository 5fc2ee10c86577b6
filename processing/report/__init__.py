"""What the runs of a day say together: counts add up, a normal day holds, nothing that was announced is missing."""
