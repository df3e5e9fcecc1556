"""Generated passwords."""

from __future__ import annotations

import string

from j2o_openproject.passwords import new_password


def test_a_password_satisfies_every_policy_and_is_never_the_same() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) >= 20
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
            assert set(password) & set(kind)
        assert set(password) - set(string.ascii_letters + string.digits)
