"""Files mails with django-helpdesk; run by `benchmarks.filing` inside of that program's own environment.

Arguments: the folder of the mails. Prints how many were filed, mails a second, and milliseconds of CPU a mail.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

import django  # type: ignore[import-not-found, unused-ignore]
from django.conf import settings  # type: ignore[import-not-found, unused-ignore]
from django.core.management import call_command  # type: ignore[import-not-found, unused-ignore]

APPS = ("admin", "auth", "contenttypes", "sessions", "messages", "sites", "humanize")

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "peer_urls.py").write_text(
        "from django.urls import include, path\nurlpatterns = [path('', include('helpdesk.urls', 'helpdesk'))]\n"
    )
    sys.path.insert(0, folder)
    settings.configure(
        SECRET_KEY="x",
        USE_TZ=True,
        SITE_ID=1,
        ROOT_URLCONF="peer_urls",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3"}},
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in APPS), "helpdesk"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        MEDIA_ROOT=folder,
        STATIC_URL="/static/",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        LOGGING_CONFIG=None,
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    django.setup()
    call_command("migrate", verbosity=0)

    from helpdesk.email import extract_email_metadata  # type: ignore[import-not-found, unused-ignore]
    from helpdesk.models import Queue  # type: ignore[import-not-found, unused-ignore]

    queue = Queue.objects.create(
        title="Shop", slug="shop", email_address="shop@inbox.example", allow_email_submission=True
    )
    logger = logging.getLogger("peer")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    mails = [path.read_bytes().decode() for path in sorted(Path(sys.argv[1]).iterdir())]
    began, used = time.perf_counter(), time.process_time()
    filed = sum(extract_email_metadata(mail, queue, logger) is not None for mail in mails)
    took, spent = time.perf_counter() - began, time.process_time() - used
    print(filed, len(mails) / took, spent / len(mails) * 1000)
