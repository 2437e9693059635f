"""Proof under fault: the running system is killed part by part while people use it, and must have lost nothing."""
