"""The publicity service: publications, reviews, channels, deliveries."""
