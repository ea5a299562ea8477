"""Keeps quotes. `!quote add Words worth keeping` keeps some, `!quote` says one of them."""

import json
import random
from datetime import datetime, timezone
from typing import List

from wit_world import exports
from wit_world.imports import chat, kv, types

WORDS = {
    "en": {
        "none": "No quotes yet. Keep one with *!quote add Words worth keeping*.",
        "kept": "Kept. That makes {count}.",
    },
    "id": {
        "none": "Belum ada kutipan. Simpan dengan *!quote add Kata yang layak disimpan*.",
        "kept": "Tersimpan. Sekarang ada {count}.",
    },
}


def load(key: str) -> list:
    """The quotes of a chat, oldest first."""
    stored = kv.get(key)
    return [] if stored is None else json.loads(stored)


def answer(event: types.Event, message: types.Message) -> str:
    words = WORDS.get(event.language(), WORDS["en"])
    key = event.chat().jid
    quotes = load(key)
    command = message.command()
    verb, _, text = (command.args if command else "").partition(" ")
    if verb == "add" and text.strip():
        day = datetime.now(timezone.utc).date().isoformat()
        quotes.append({"text": text.strip(), "by": event.sender().name, "day": day})
        kv.set(key, json.dumps(quotes).encode())
        return words["kept"].format(count=len(quotes))
    if not quotes:
        return words["none"]
    quote = random.choice(quotes)
    return f"“{quote['text']}”\n{quote['by']}, {quote['day']}"


class OnMessage(exports.OnMessage):
    """An exception that nobody catches fails the event: its traceback is in the plugin's log, and nothing is kept."""

    def handle(self, event: types.Event, message: types.Message) -> List[types.Action]:
        draft = chat.Draft(answer(event, message))
        draft.quote(message)
        return [chat.send(draft)]
