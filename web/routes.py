"""The one table of pages: method, path, who answers, who may ask. The API has a table of its own."""

from aiohttp import web

from gateway.errors import ConfigError

from . import (
    account_views,
    admin_views,
    audit_views,
    batch_views,
    brand_views,
    buyer_views,
    channel_views,
    composer_views,
    confirm_views,
    dashboard_views,
    delivery_views,
    door_views,
    file_views,
    health_views,
    import_views,
    inbox_views,
    live,
    mapping_views,
    people_views,
    preference_views,
    presence_views,
    restructuring_views,
    rule_views,
    settings_views,
    shop_views,
    source_views,
    team_views,
    template_views,
    thread_views,
    token_views,
    webhook_views,
    writing_views,
)
from .forms import MIB
from .guarding import Policy, Route, guarded, is_outside
from .keys import ASSETS

PUBLIC, LINK, SIGNED_IN, ADMIN = Policy.PUBLIC, Policy.LINK, Policy.SIGNED_IN, Policy.ADMIN
OWN, GOVERN = Policy.OWN, Policy.GOVERN
UPLOAD = 26 * MIB
"""25 MiB of files, and the form around them."""
LOGO = 3 * MIB


async def asset(request: web.Request) -> web.StreamResponse:
    """A file of the pages' own."""
    return request.config_dict[ASSETS].respond(request)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/static/{name}", asset, Policy.FILES),
    Route("GET", "/", account_views.home, PUBLIC),
    Route("GET", "/login", account_views.login_page, PUBLIC),
    Route("POST", "/login", account_views.login, PUBLIC),
    Route("POST", "/login/code", account_views.second_step, PUBLIC),
    Route("GET", "/login/mail", door_views.mail_page, PUBLIC),
    Route("POST", "/login/mail", door_views.ask_for_mail, PUBLIC),
    Route("GET", "/password/{token}", door_views.password_page, PUBLIC),
    Route("POST", "/password/{token}", door_views.set_password, PUBLIC),
    Route("GET", "/sign-in/{token}", account_views.link_page, PUBLIC),
    Route("POST", "/sign-in/{token}", account_views.use_link, PUBLIC),
    Route("GET", "/confirm/{token}", confirm_views.confirm_page, PUBLIC),
    Route("POST", "/confirm/{token}", confirm_views.confirm, PUBLIC),
    Route("GET", "/unsubscribe/{id}/{token}", preference_views.choice_page, LINK),
    Route("POST", "/unsubscribe/{id}/{token}", preference_views.choose, LINK),
    Route("GET", "/b/{token}", buyer_views.conversation_page, LINK),
    Route("POST", "/b/{token}", buyer_views.answer, LINK, streams=True),
    Route("POST", "/b/{token}/human", buyer_views.ask_for_human, LINK),
    Route("GET", "/b/{token}/new", buyer_views.matter_page, LINK),
    Route("POST", "/b/{token}/new", buyer_views.open_matter, LINK, streams=True),
    Route("GET", "/b/{token}/sent", buyer_views.sent_page, LINK),
    Route("GET", "/b/{token}/files/{id}", buyer_views.file, LINK),
    Route("GET", "/b/{token}/pictures/{id}", buyer_views.picture, LINK),
    Route("POST", "/logout", account_views.logout, OWN),
    Route("GET", "/settings", account_views.settings_page, OWN),
    Route("POST", "/settings", account_views.change_settings, OWN),
    Route("POST", "/settings/password", account_views.change_password, OWN),
    Route("GET", "/settings/notifications", settings_views.notifications_page, OWN),
    Route("POST", "/settings/notifications", settings_views.choose_notifications, OWN),
    Route("GET", "/settings/security", settings_views.security_page, OWN),
    Route("POST", "/settings/security/begin", settings_views.begin_factor, OWN),
    Route("POST", "/settings/security/confirm", settings_views.confirm_factor, OWN),
    Route("POST", "/settings/security/codes", settings_views.renew_codes, OWN),
    Route("POST", "/settings/security/off", settings_views.drop_factor, OWN),
    Route("POST", "/settings/browsers", settings_views.end_browsers, OWN),
    Route("GET", "/inbox", inbox_views.inbox_page, SIGNED_IN),
    Route("POST", "/settings/sort", inbox_views.sort, OWN),
    Route("GET", "/live", live.live, SIGNED_IN),
    Route("POST", "/threads/batch", batch_views.change, SIGNED_IN),
    Route("POST", "/threads/batch/answer", batch_views.answer, SIGNED_IN, body_limit=UPLOAD),
    Route("POST", "/threads/batch/{id}/undo", batch_views.undo, SIGNED_IN),
    Route("GET", "/threads/{id}", thread_views.thread_page, SIGNED_IN),
    Route("POST", "/threads/{id}/messages", thread_views.write, SIGNED_IN, body_limit=UPLOAD),
    Route("POST", "/threads/{id}/change", thread_views.change, SIGNED_IN),
    Route("POST", "/threads/{id}/links/revoke", buyer_views.revoke_links, SIGNED_IN),
    Route("POST", "/threads/{id}/seen", thread_views.seen, SIGNED_IN),
    Route("POST", "/threads/{id}/draft", composer_views.save_draft, SIGNED_IN, body_limit=UPLOAD),
    Route("POST", "/messages/{id}/take-back", composer_views.take_back, SIGNED_IN),
    Route("POST", "/messages/{id}/send-now", composer_views.send_now, SIGNED_IN),
    Route("GET", "/threads/{id}/preview", composer_views.preview_page, SIGNED_IN),
    Route("GET", "/threads/{id}/preview/mail", composer_views.preview_mail, SIGNED_IN),
    Route("GET", "/threads/{id}/canned", composer_views.canned_texts, SIGNED_IN),
    Route("GET", "/canned", writing_views.canned_page, SIGNED_IN),
    Route("POST", "/canned", writing_views.save_canned, SIGNED_IN),
    Route("POST", "/canned/{id}/remove", writing_views.remove_canned, SIGNED_IN),
    Route("GET", "/settings/writing", writing_views.writing_page, OWN),
    Route("POST", "/settings/undo", writing_views.set_undo, OWN),
    Route("POST", "/settings/signature", writing_views.set_signature, OWN),
    Route("POST", "/threads/{id}/presence", presence_views.tell, SIGNED_IN),
    Route("POST", "/threads/{id}/merge", restructuring_views.merge, SIGNED_IN),
    Route("POST", "/threads/{id}/split", restructuring_views.split, SIGNED_IN),
    Route("POST", "/threads/{id}/move", restructuring_views.move, SIGNED_IN),
    Route("POST", "/thread-events/{id}/undo", restructuring_views.undo, SIGNED_IN),
    Route("POST", "/threads/{id}/block", restructuring_views.block, SIGNED_IN),
    Route("POST", "/threads/{id}/unblock", restructuring_views.unblock, SIGNED_IN),
    Route("POST", "/threads/{id}/merge-buyer", restructuring_views.merge_buyer, ADMIN),
    Route("GET", "/messages/{id}/raw", file_views.raw, SIGNED_IN),
    Route("GET", "/messages/{id}/formatted", file_views.formatted, SIGNED_IN),
    Route("GET", "/attachments/{id}", file_views.attachment, SIGNED_IN),
    Route("GET", "/attachments/{id}/picture", file_views.picture, SIGNED_IN),
    Route("GET", "/attachments/{id}/small", file_views.small_picture, SIGNED_IN),
    Route("GET", "/invitation/{token}", people_views.invitation_page, PUBLIC),
    Route("POST", "/invitation/{token}", people_views.join, PUBLIC),
    Route("GET", "/people", people_views.people_page, ADMIN),
    Route("POST", "/people", people_views.invite, ADMIN),
    Route("GET", "/people/{id}", people_views.person_page, ADMIN),
    Route("POST", "/people/{id}", people_views.change, ADMIN),
    Route("POST", "/people/{id}/invite", people_views.invite_again, ADMIN),
    Route("POST", "/people/{id}/deactivate", people_views.deactivate, ADMIN),
    Route("POST", "/people/{id}/reactivate", people_views.reactivate, ADMIN),
    Route("GET", "/templates", template_views.templates_page, ADMIN),
    Route("GET", "/templates/{name}/{locale}", template_views.editor, ADMIN),
    Route("POST", "/templates/{name}/{locale}", template_views.save, ADMIN),
    Route("POST", "/templates/{name}/{locale}/restore", template_views.restore, ADMIN),
    Route("POST", "/templates/{name}/{locale}/preview", template_views.preview, ADMIN),
    Route("GET", "/dashboard", dashboard_views.dashboard_page, ADMIN),
    Route("GET", "/dashboard.csv", dashboard_views.export, ADMIN),
    Route("GET", "/health", health_views.health_page, GOVERN),
    Route("GET", "/audit", audit_views.audit_page, ADMIN),
    Route("GET", "/audit.csv", audit_views.export, ADMIN),
    Route("GET", "/tokens", token_views.tokens_page, ADMIN),
    Route("POST", "/tokens", token_views.make, ADMIN),
    Route("POST", "/tokens/{id}/revoke", token_views.revoke, ADMIN),
    Route("GET", "/shops", shop_views.shops_page, ADMIN),
    Route("POST", "/shops", shop_views.add, GOVERN),
    Route("GET", "/shops/{slug}", shop_views.shop_page, ADMIN),
    Route("POST", "/shops/{slug}", shop_views.change, ADMIN),
    Route("GET", "/shops/{slug}/brand", brand_views.page, ADMIN),
    Route("POST", "/shops/{slug}/brand", brand_views.save, ADMIN, body_limit=LOGO),
    Route("POST", "/shops/{slug}/brand/preview", brand_views.preview, ADMIN, body_limit=LOGO),
    Route("GET", "/shops/{slug}/brand/logo", brand_views.logo, ADMIN),
    Route("GET", "/ledger", admin_views.ledger, ADMIN),
    Route("POST", "/ledger/{id}/release", admin_views.release, ADMIN),
    Route("POST", "/ledger/{id}/discard", admin_views.discard, ADMIN),
    Route("POST", "/ledger/{id}/reprocess", admin_views.reprocess, ADMIN),
    Route("GET", "/webhooks", webhook_views.webhooks_page, ADMIN),
    Route("POST", "/webhooks", webhook_views.add, ADMIN),
    Route("GET", "/webhooks/{id}", webhook_views.webhook_page, ADMIN),
    Route("POST", "/webhooks/{id}/switch", webhook_views.switch, ADMIN),
    Route("POST", "/webhooks/{id}/secret", webhook_views.rotate, ADMIN),
    Route("POST", "/webhooks/{id}/test", webhook_views.test, ADMIN),
    Route("POST", "/webhooks/{id}/replay", webhook_views.replay, ADMIN),
    Route("POST", "/webhooks/{id}/remove", webhook_views.remove, ADMIN),
    Route("GET", "/import", import_views.page, ADMIN),
    Route("POST", "/import", import_views.run, ADMIN, body_limit=UPLOAD),
    Route("GET", "/import/template", import_views.template, ADMIN),
    Route("GET", "/sources", source_views.sources_page, ADMIN),
    Route("POST", "/sources", source_views.connect, ADMIN),
    Route("GET", "/sources/{id}", source_views.source_page, ADMIN),
    Route("POST", "/sources/{id}/switch", source_views.switch, ADMIN),
    Route("POST", "/sources/{id}/secret", source_views.rotate, ADMIN),
    Route("POST", "/sources/{id}/remove", source_views.remove, ADMIN),
    Route("GET", "/deliveries", delivery_views.queue, ADMIN),
    Route("GET", "/deliveries/{id}", delivery_views.delivery, ADMIN),
    Route("POST", "/deliveries/{id}/retry", delivery_views.retry, ADMIN),
    Route("POST", "/deliveries/{id}/cancel", delivery_views.cancel, ADMIN),
    Route("POST", "/pauses", delivery_views.pause, ADMIN),
    Route("POST", "/pauses/{id}/resume", delivery_views.resume, ADMIN),
    Route("GET", "/suppressions", delivery_views.suppressions, ADMIN),
    Route("POST", "/suppressions/{id}/release", delivery_views.release, ADMIN),
    Route("GET", "/channels", channel_views.channels_page, ADMIN),
    Route("POST", "/channels", channel_views.save, ADMIN),
    Route("GET", "/channels/new", channel_views.new_page, ADMIN),
    Route("GET", "/channels/test", channel_views.test_page, ADMIN),
    Route("POST", "/channels/test", channel_views.test, ADMIN),
    Route("GET", "/channels/{id}", channel_views.channel_page, ADMIN),
    Route("POST", "/channels/{id}", channel_views.save, ADMIN),
    Route("GET", "/channels/{id}/reader", mapping_views.page, ADMIN),
    Route("POST", "/channels/{id}/reader", mapping_views.step, ADMIN, body_limit=UPLOAD),
    Route("POST", "/channels/{id}/enabled", channel_views.switch, ADMIN),
    Route("POST", "/channels/{id}/remove", channel_views.remove, ADMIN),
    Route("GET", "/rules", rule_views.rules_page, ADMIN),
    Route("POST", "/rules", rule_views.save, ADMIN),
    Route("GET", "/rules/new", rule_views.new_page, ADMIN),
    Route("GET", "/rules/dry-run", rule_views.dry_run_page, ADMIN),
    Route("GET", "/rules/{id}", rule_views.rule_page, ADMIN),
    Route("POST", "/rules/{id}", rule_views.save, ADMIN),
    Route("POST", "/rules/{id}/move", rule_views.move, ADMIN),
    Route("POST", "/rules/{id}/enabled", rule_views.switch, ADMIN),
    Route("POST", "/rules/{id}/remove", rule_views.remove, ADMIN),
    Route("GET", "/teams", team_views.teams_page, ADMIN),
    Route("POST", "/teams", team_views.save, ADMIN),
    Route("GET", "/teams/new", team_views.new_page, ADMIN),
    Route("GET", "/teams/{id}", team_views.team_page, ADMIN),
    Route("POST", "/teams/{id}", team_views.save, ADMIN),
    Route("POST", "/teams/{id}/remove", team_views.remove, ADMIN),
)


def add_routes(app: web.Application) -> None:
    """Put the table into the app; HEAD comes with each GET."""
    for route in ROUTES:
        handler = guarded(route)
        if route.method == "GET":
            app.router.add_get(route.path, handler)
        else:
            app.router.add_route(route.method, route.path, handler)


def check_routes(app: web.Application) -> None:
    """Raises ConfigError for a page that is not in the table, so that nothing goes out without a policy."""
    known = {(route.method, route.path) for route in ROUTES}
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        method = "GET" if route.method == "HEAD" else route.method
        if not is_outside(f"{path}/") and not is_outside(path) and (method, path) not in known:
            raise ConfigError(f"{route.method} {path} has no policy: add it to web/routes.py")
