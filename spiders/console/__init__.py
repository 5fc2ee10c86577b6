"""The subcommands of `sillok`, one module per group; `spiders.cli` registers them."""
