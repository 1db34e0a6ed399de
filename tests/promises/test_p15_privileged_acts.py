"""P15: each privileged route and call that changes something has its act in the audit log, and no act is forgotten."""

import re
from pathlib import Path

from gateway.domain.auditing import ACTS
from web.api.table import OPERATIONS
from web.routes import ROUTES
from web.words_of_acts import GROUPS, WORDS

PAGES = {
    # Each privileged form, and the acts that it may write; none for what changes nothing.
    "/threads/{id}/merge-buyer": "buyer.merged",
    "/people": "user.invited",
    "/people/{id}": "user.changed token.revoked",
    "/people/{id}/invite": "user.invited",
    "/people/{id}/deactivate": "user.deactivated token.revoked",
    "/people/{id}/reactivate": "user.reactivated",
    "/templates/{name}/{locale}": "template.changed",
    "/templates/{name}/{locale}/restore": "template.restored",
    "/templates/{name}/{locale}/preview": "",
    "/shops/{slug}/brand": "brand.changed",
    "/shops/{slug}/brand/preview": "",
    "/tokens": "token.added",
    "/tokens/{id}/revoke": "token.revoked",
    "/shops": "shop.added",
    "/shops/{slug}": "shop.changed",
    "/ledger/{id}/release": "inbound.released",
    "/ledger/{id}/discard": "inbound.discarded",
    "/ledger/{id}/reprocess": "inbound.reprocessed",
    "/webhooks": "webhook.added",
    "/webhooks/{id}/switch": "webhook.changed",
    "/webhooks/{id}/secret": "webhook.changed",
    "/webhooks/{id}/test": "",
    "/webhooks/{id}/replay": "webhook.replayed",
    "/webhooks/{id}/remove": "webhook.removed",
    "/import": "",  # orders, as their systems write them: no set-up
    "/sources": "source.added",
    "/sources/{id}/switch": "source.changed",
    "/sources/{id}/secret": "source.changed",
    "/sources/{id}/remove": "source.removed",
    "/deliveries/{id}/retry": "delivery.retried",
    "/deliveries/{id}/cancel": "delivery.cancelled",
    "/pauses": "pause.added",
    "/pauses/{id}/resume": "pause.ended",
    "/suppressions/{id}/release": "suppression.released",
    "/channels": "channel.added",
    "/channels/test": "",
    "/channels/{id}": "channel.changed",
    "/channels/{id}/reader": "channel.changed",
    "/channels/{id}/enabled": "channel.changed",
    "/channels/{id}/remove": "channel.removed",
    "/rules": "rule.added",
    "/rules/{id}": "rule.changed",
    "/rules/{id}/move": "rules.ordered",
    "/rules/{id}/enabled": "rule.changed",
    "/rules/{id}/remove": "rule.removed",
    "/teams": "team.added",
    "/teams/{id}": "team.changed",
    "/teams/{id}/remove": "team.removed",
}
CALLS = {
    # Each privileged call of the API, likewise.
    "put_shop": "shop.added shop.changed",
    "put_brand": "brand.changed",
    "merge_buyer": "buyer.merged",
    "add_buyer_address": "buyer.address_added",
    "release_inbound": "inbound.released",
    "discard_inbound": "inbound.discarded",
    "retry_delivery": "delivery.retried",
    "cancel_delivery": "delivery.cancelled",
    "release_suppression": "suppression.released",
    "add_pause": "pause.added",
    "end_pause": "pause.ended",
    "add_source": "source.added",
    "change_source": "source.changed",
    "remove_source": "source.removed",
    "rotate_source": "source.changed",
    "add_webhook": "webhook.added",
    "change_webhook": "webhook.changed",
    "remove_webhook": "webhook.removed",
    "rotate_webhook": "webhook.changed",
    "test_webhook": "",
    "replay_webhook": "webhook.replayed",
    "add_channel": "channel.added",
    "put_channel": "channel.changed",
    "remove_channel": "channel.removed",
    "test_channels": "",
    "add_rule": "rule.added",
    "put_rule": "rule.changed",
    "remove_rule": "rule.removed",
    "dry_run_rules": "",
    "add_team": "team.added",
    "put_team": "team.changed",
    "remove_team": "team.removed",
    "invite_person": "user.invited",
    "change_person": "user.changed",
    "deactivate_person": "user.deactivated",
    "reactivate_person": "user.reactivated",
    "add_token": "token.added",
    "put_template": "template.changed",
    "preview_template": "",
    "revoke_token": "token.revoked",
}
PRIVILEGED = ("manage", "govern")
ROOT = Path(__file__).parents[2] / "gateway"


def test_every_privileged_form_has_its_act() -> None:
    assert {one.path for one in ROUTES if one.method != "GET" and one.right in PRIVILEGED} == set(PAGES)


def test_every_privileged_call_has_its_act() -> None:
    assert {one.name for one in OPERATIONS if one.method != "GET" and one.needs in PRIVILEGED} == set(CALLS)


def test_every_act_is_written_somewhere_and_has_words() -> None:
    """A name that no flow writes would be a promise that nobody keeps."""
    sources = "".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "auditing.py")
    sources += (ROOT / "admin" / "auditing.py").read_text()
    written = {act for act in ACTS if f'"{act}"' in sources}
    assert written == set(ACTS)
    assert set(" ".join([*PAGES.values(), *CALLS.values()]).split()) <= written
    assert set(WORDS) == set(ACTS)
    assert {act.partition(".")[0].removesuffix("s") for act in ACTS} <= {group.removesuffix("s") for group in GROUPS}


def test_whatever_records_does_so_in_the_transaction_of_the_act() -> None:
    """`record` is only called with a session that writes: inside of `db.write()`, never with one that reads."""
    for path in ROOT.glob("*.py"):
        for match in re.finditer(r"async with gw\.db\.read\(\) as session:\n((?:        .*\n|\n)+)", path.read_text()):
            assert "await record(" not in match[1], path.name
