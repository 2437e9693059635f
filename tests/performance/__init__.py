"""`make bench`: what the flows cost, beside the floor: the least that the same promise can cost on the same machine."""
