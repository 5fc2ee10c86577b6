"""The corpus fold as a Spark job, for archives above one machine; needs the extra `spark` and a Java runtime."""
