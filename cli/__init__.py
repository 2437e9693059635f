"""The command line: what operators and importers run by hand."""
