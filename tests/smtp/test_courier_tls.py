"""The SMTP courier where it must prove who it is, or be sure whom it speaks to."""

import ssl
from pathlib import Path

import pytest
import trustme

from gateway.domain.couriers import Deferred, Sent
from gateway.errors import ConfigError
from smtp.courier import courier_for
from tests.smtp.relay import DROP, Relay, listening, send


class TestTls:
    """STARTTLS, smtps and certificates."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        """A certificate authority that only the tests know."""
        return trustme.CA()

    @pytest.fixture
    def ca(self, authority: trustme.CA, tmp_path: Path) -> Path:
        """Its certificate as a file."""
        path = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(path)
        return path

    def server(self, authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
        """What the relay shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    @pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
    async def test_mail_travels_encrypted_when_tls_is_asked_for(
        self, authority: trustme.CA, ca: Path, scheme: str, implicit: bool
    ) -> None:
        async with listening(Relay(), tls=self.server(authority), implicit=implicit) as relay:
            courier = courier_for(f"{scheme}://127.0.0.1:{relay.port}?tls=required&ca={ca}", "znx.test")
            outcome = await send(courier)
            await courier.close()
        assert isinstance(outcome, Sent)
        assert implicit or "C: STARTTLS" in outcome.dialogue

    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    async def test_an_untrusted_certificate_defers_and_says_so(self, authority: trustme.CA, scheme: str) -> None:
        async with listening(Relay(), tls=self.server(authority), implicit=scheme == "smtps") as relay:
            outcome = await send(courier_for(f"{scheme}://127.0.0.1:{relay.port}?tls=required", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "the certificate is not trusted" in outcome.reply
        assert relay.mails == []

    async def test_a_certificate_for_another_name_defers_and_says_so(self, authority: trustme.CA, ca: Path) -> None:
        async with listening(Relay(), tls=self.server(authority, "other.test")) as relay:
            outcome = await send(courier_for(f"{relay.url}?tls=required&ca={ca}", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "not valid for '127.0.0.1'" in outcome.reply

    async def test_required_tls_that_is_not_offered_defers(self, ca: Path) -> None:
        async with listening(Relay()) as relay:
            outcome = await send(courier_for(f"{relay.url}?tls=required&ca={ca}", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "offers no STARTTLS" in outcome.reply
        assert relay.mails == []

    async def test_opportunistic_tls_takes_any_certificate(self, authority: trustme.CA) -> None:
        async with listening(Relay(), tls=self.server(authority)) as relay:
            outcome = await send(courier := courier_for(relay.url, "znx.test"))
            await courier.close()
        assert isinstance(outcome, Sent)
        assert "C: STARTTLS" in outcome.dialogue

    async def test_opportunistic_tls_that_fails_goes_on_without(self, authority: trustme.CA) -> None:
        async with listening(Relay({"STARTTLS": ["454 4.7.0 no TLS today"]}), tls=self.server(authority)) as relay:
            outcome = await send(courier := courier_for(relay.url, "znx.test"))
            await courier.close()
        assert isinstance(outcome, Sent)
        assert relay.connections == 2

    async def test_a_handshake_that_breaks_off_defers_and_says_so(self, authority: trustme.CA) -> None:
        async with listening(Relay({"STARTTLS": ["220 go on"]}), tls=self.server(authority)) as relay:
            outcome = await send(courier_for(f"{relay.url}?tls=required", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "TLS failed" in outcome.reply

    async def test_a_missing_ca_file_is_said_at_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="ZNX_RELAY_URL: can't read ca="):
            courier_for(f"smtps://127.0.0.1?ca={tmp_path / 'none.pem'}", "znx.test")


class TestSigningIn:
    """AUTH PLAIN and LOGIN, with a password that never shows."""

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    async def test_the_right_password_is_let_in(self, mechanism: str) -> None:
        other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
        async with listening(Relay(), password="s3cret word", auth_exclude_mechanism=[other]) as relay:
            courier = courier_for(f"smtp://shop:s3cret%20word@127.0.0.1:{relay.port}", "znx.test")
            outcome = await send(courier)
            await courier.close()
        assert isinstance(outcome, Sent)
        assert f"C: AUTH {mechanism} ***" in outcome.dialogue
        assert "s3cret" not in repr(outcome)

    async def test_a_wrong_password_keeps_the_mail_and_says_so(self) -> None:
        async with listening(Relay(), password="right") as relay:
            outcome = await send(courier_for(f"smtp://shop:wrong@127.0.0.1:{relay.port}", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "535 5.7.8" in outcome.reply
        assert "wrong" not in repr(outcome)

    async def test_a_connection_lost_while_signing_in_keeps_the_mail(self) -> None:
        async with listening(Relay({"AUTH": [DROP]}), password="right") as relay:
            outcome = await send(courier_for(f"smtp://shop:right@127.0.0.1:{relay.port}", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "the connection was lost" in outcome.reply

    async def test_a_relay_without_auth_keeps_the_mail_and_says_so(self) -> None:
        async with listening(Relay(), auth_exclude_mechanism=["PLAIN", "LOGIN"]) as relay:
            outcome = await send(courier_for(f"smtp://shop:word@127.0.0.1:{relay.port}", "znx.test"))
        assert isinstance(outcome, Deferred)
        assert "neither AUTH PLAIN nor AUTH LOGIN" in outcome.reply
