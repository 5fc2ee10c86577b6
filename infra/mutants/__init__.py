"""Mutation testing: small changes to the rules of four rooms, each tried on the nearest tests."""
