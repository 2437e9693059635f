"""A scripted year: invented cases, people who handle them, and a clock that the test drives. See README.md."""
