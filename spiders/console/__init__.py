"""The subcommands of `sillok`, one module a group; `spiders.cli` hangs them up."""
