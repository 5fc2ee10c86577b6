"""What holds for everything that reads bytes from outside: it never raises, hangs or grows."""
