"""Users, groups, placeholder users, roles and memberships."""
