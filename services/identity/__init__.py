"""Identity: units, people, accounts, roles, sign-in."""
