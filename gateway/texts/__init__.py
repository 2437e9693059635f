"""Words for people, one module an area, each with ZH and EN (see gateway/language.py)."""
