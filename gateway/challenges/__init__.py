"""Proof of work at the front door: what the public may do freely, what it costs beyond that, and who has paid."""
