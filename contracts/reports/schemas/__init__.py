"""What goes into and comes out of the operations of the reports service, by subject."""
