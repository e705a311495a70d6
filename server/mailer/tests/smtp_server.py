"""A real SMTP server for the tests, on a free port of 127.0.0.1.

    python3 smtp_server.py MODE [--certificate FILE --key FILE] [--login USER:PASSWORD]

MODE is what it does to a mail:
    accept             takes it
    refuse-recipient   550 to an address that begins with "nobody", takes the others
    refuse-sender      550 to every sender
    refuse-content     554 to what was written
    postpone           451 to every address
    silent             never greets
    silent-once        answers the first mail when a line arrives on standard input, takes the others
    forgetful          421 to whoever asks on a connection that stood idle

With a certificate it offers STARTTLS, or speaks TLS from the start with --implicit-tls. What happens is
printed as JSON lines: {"event": "ready", "port": …}, "connected", "silent", "message".
It ends when its standard input does, so that no test can leave one behind.
"""

import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import AuthResult, SMTP


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Connection(SMTP):
    def connection_made(self, transport):
        # After STARTTLS this is called again, for the same connection.
        if self.transport is None:
            tell("connected")
        super().connection_made(transport)


class Conduct:
    def __init__(self, mode):
        self.mode = mode
        self.mails = 0
        self.may_answer = asyncio.Event()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode == "refuse-sender":
            return "550 5.7.1 you may not send as this"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "refuse-recipient" and address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if self.mode == "postpone":
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_NOOP(self, server, session, envelope, argument):
        return "421 4.4.2 idle for too long" if self.mode == "forgetful" else "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails += 1
        if self.mode == "silent-once" and self.mails == 1:
            tell("silent")
            await self.may_answer.wait()
        if self.mode == "refuse-content":
            return "554 5.7.1 looks like spam"
        tell(
            "message",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            content=envelope.content.decode("ascii"),
            encrypted=server.transport.get_extra_info("ssl_object") is not None,
            signed_in=bool(session.authenticated),
        )
        return "250 OK"


class Silence(asyncio.Protocol):
    def connection_made(self, transport):
        tell("connected")


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("mode")
    options.add_argument("--certificate")
    options.add_argument("--key")
    options.add_argument("--implicit-tls", action="store_true")
    options.add_argument("--login")
    options = options.parse_args()

    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)

    def check_login(server, session, envelope, mechanism, given):
        is_right = f"{given.login.decode()}:{given.password.decode()}" == options.login
        return AuthResult(success=is_right, handled=False)

    conduct = Conduct(options.mode)

    def connection():
        if options.mode == "silent":
            return Silence()
        return Connection(
            conduct,
            hostname="mail.test",
            tls_context=None if options.implicit_tls else tls,
            authenticator=check_login if options.login else None,
            auth_required=bool(options.login),
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    # A refused handshake is what some tests are about; its traceback would only hide theirs.
    loop.set_exception_handler(lambda loop, context: None)
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=tls if options.implicit_tls else None)
    tell("ready", port=server.sockets[0].getsockname()[1])
    while await loop.run_in_executor(None, sys.stdin.readline):
        conduct.may_answer.set()


if __name__ == "__main__":
    asyncio.run(main())
