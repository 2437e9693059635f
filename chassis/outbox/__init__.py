"""The transactional outbox: events are written in the same atomic write as the change they tell of."""
