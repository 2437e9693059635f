"""The resources, one blueprint a file; gateway/resource.py tells how to write one."""
