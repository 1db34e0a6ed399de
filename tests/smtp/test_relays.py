"""What the relay setting may say, and what it means."""

import pytest

from gateway.errors import ConfigError
from smtp.courier import courier_for
from smtp.relays import relays_of


class TestUrls:
    """What the setting may say."""

    def test_defaults_follow_the_scheme(self) -> None:
        plain, implicit = relays_of("smtp://mx.test, smtps://mx.test")
        assert (plain.port, plain.tls, implicit.port, implicit.tls) == (25, "opportunistic", 465, "implicit")

    def test_a_password_goes_only_over_verified_tls(self) -> None:
        assert relays_of("smtp://a:b@mx.test:587")[0].tls == "required"
        assert relays_of("smtp://a:b@127.0.0.1")[0].tls == "opportunistic"
        with pytest.raises(ConfigError, match="tls is required"):
            relays_of("smtp://a:b@mx.test?tls=opportunistic")

    @pytest.mark.parametrize("mode", ["required", "opportunistic", "off"])
    def test_the_operator_may_say_how_much_tls_it_takes(self, mode: str) -> None:
        assert relays_of(f"smtp://mx.test?tls={mode}")[0].tls == mode
        assert relays_of(f"smtps://mx.test?tls={mode}")[0].tls == "implicit"

    def test_what_was_escaped_in_the_url_is_not_in_the_password(self) -> None:
        (relay,) = relays_of("smtp://user%40shop.test:p%3Aw%2C1@mx.test")
        assert (relay.user, relay.password) == ("user@shop.test", "p:w,1")

    def test_ipv6_hosts_read_as_in_urls(self) -> None:
        (relay,) = relays_of("smtp://[::1]:2525")
        assert (relay.host, str(relay)) == ("::1", "[::1]:2525")

    @pytest.mark.parametrize(
        "url", ["http://mx.test", "smtp://", "smtp://mx.test:99999", "mx.test", "smtp://u:topsecret@mx.test/path"]
    )
    def test_a_wrong_url_names_the_setting_and_never_shows_the_password(self, url: str) -> None:
        with pytest.raises(ConfigError, match="ZNX_RELAY_URL") as caught:
            relays_of(url)
        assert "topsecret" not in str(caught.value)

    def test_an_unknown_option_is_named(self) -> None:
        with pytest.raises(ConfigError, match="unknown option starttls"):
            relays_of("smtp://mx.test?starttls=1")

    def test_a_maildir_needs_a_folder(self) -> None:
        with pytest.raises(ConfigError, match="needs a folder"):
            courier_for("maildir://", "znx.test")
