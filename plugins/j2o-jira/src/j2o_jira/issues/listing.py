"""Which listing an edition has."""

from __future__ import annotations

from typing import Union

from ..client import Jira
from .id_listing import IdListing
from .key_listing import KeyListing

Listing = Union[IdListing, KeyListing]


def listing_of(client: Jira, jql: str) -> Listing:
    """A listing of the issues of a project that meet a condition."""
    return IdListing(client, jql) if client.cloud else KeyListing(client, jql)
