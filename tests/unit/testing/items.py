"""A world of three items, for the proofs of whatever looks at one."""

from __future__ import annotations

from typing import Any

from j2o_core.api import Client, ConnectionOptions, Connector, Retriable
from j2o_core.testing.item_server import ItemServer
from j2o_core.testing.worlds import World, Worlds


class Items(Client):
    """A client of the items' server."""

    def __init__(self, http: Any) -> None:
        self.http, self.identity, self.url = http, "items", http.base_url
        http.authorize(bearer="t")

    def check(self) -> Any:
        return {}

    def close(self) -> None:
        self.http.close()

    def names(self) -> list[str]:
        answer = self.http.get_json("/items")
        found = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(isinstance(item, dict) and item.get("name") for item in found):
            raise Retriable("no list of items")
        return [str(item["name"]) for item in found]


class ItemsConnector(Connector):
    """Opens them."""

    name = "items"

    def open(self, options: ConnectionOptions, http: Any) -> Items:
        return Items(http)


def items(worlds: Worlds) -> World:
    """Items called one, two and three, on a server of their own."""
    server = worlds.enter(ItemServer([{"name": "one"}, {"name": "two"}, {"name": "three"}]))
    return World(ItemsConnector, ConnectionOptions("items", server.url, "check"), server.state)
