"""The corpus fold as a Spark job, for archives above one machine.

Needs the extra `spark` and a Java runtime.
"""
