"""A mail server that delivers nothing: it takes messages and stores them as .eml files.

As a program: `python dev/smtpsink.py FOLDER [PORT] [MODE]`. In tests and demo: the class Sink.
Modes, also changeable while it runs:
- "normal": accept everything;
- "reject=550" (for good) or "reject=450" (for now): refuse every recipient with that code;
- "drop": take the message, then close the connection instead of answering, so that the sender
  can't know whether it arrived;
- "hangup": close the connection when a recipient is named, before any message is given;
- "hold": take the message, then don't answer as long as the mode stays.
Addresses at reject.test are always refused for good.
"""
import asyncio
import email
import email.policy
import itertools
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller

REPLIES = {"450": "450 4.2.0 Mailbox busy, try again later", "550": "550 5.1.1 No such mailbox"}


class Sink:
    """The server, in a thread of this process.

    folder: where the messages are stored, in the order they came; made if it isn't there.
    port: 0 means any free one; read `.port` after `start()`.
    """

    def __init__(self, folder, port=0, mode="normal"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mode = mode
        self._counter = itertools.count(1)
        self._lock = threading.Lock()
        self._controller = _Controller(_Handler(self), hostname="127.0.0.1", port=port)

    def start(self):
        """Listen; returns the sink."""
        self._controller.start()
        return self

    def stop(self):
        """Stop listening; the messages stay."""
        self._controller.stop()

    @property
    def port(self):
        """The port it listens on."""
        return self._controller.server.sockets[0].getsockname()[1]

    @property
    def messages(self):
        """The stored messages as email.message.EmailMessage, oldest first.

        `X-Sink-Recipients` holds the addresses of the SMTP conversation, comma separated.
        """
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                for path in sorted(self.folder.glob("*.eml"))]

    def to(self, address):
        """The messages whose SMTP conversation named this recipient."""
        return [one for one in self.messages if address in one["X-Sink-Recipients"].split(", ")]

    def clear(self):
        """Forget all messages and be normal again."""
        self.mode = "normal"
        for path in self.folder.glob("*.eml"):
            path.unlink()

    def __iter__(self):
        return iter(self.messages)

    def __len__(self):
        return len(list(self.folder.glob("*.eml")))

    def store(self, envelope):
        """Write one received message."""
        with self._lock:
            number = next(self._counter)
        head = f"X-Sink-Recipients: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        aside = self.folder / f"{number:05d}.new"
        aside.write_bytes(head + envelope.content)
        aside.rename(aside.with_suffix(".eml"))


class _Controller(Controller):
    """Controller that knows its port when it chose it itself."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Handler:
    """What aiosmtpd asks at each step of the conversation."""

    def __init__(self, sink):
        self.sink = sink

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.endswith("@reject.test"):
            return REPLIES["550"]
        if self.sink.mode == "hangup":
            server.transport.abort()
        if self.sink.mode.startswith("reject="):
            return REPLIES[self.sink.mode.partition("=")[2]]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.sink.store(envelope)
        if self.sink.mode == "drop":
            server.transport.abort()
        while self.sink.mode == "hold":
            await asyncio.sleep(0.05)
        return "250 OK"


def main(arguments):
    """Run until interrupted."""
    folder, port, mode = [*arguments, *("", "8025", "normal")[len(arguments):]]
    if not folder:
        sys.exit(__doc__)
    sink = Sink(folder, int(port), mode).start()
    print(f"SMTP on 127.0.0.1:{sink.port}, messages in {sink.folder}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sink.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
