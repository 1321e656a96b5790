"""The WSGI application: what any server imports, and what `flask --app wsgi` runs commands on."""

import gc
import multiprocessing

# What is made at the start stays. To look through it for garbage again and again is a fifth of the
# time that starting takes, and three percent of the time that answering takes.
gc.disable()

import config  # noqa: E402
from idp import create_app, processor  # noqa: E402

settings = config.load()
if settings.server.worker_stays and multiprocessing.parent_process():
    processor.settle()
app = create_app(settings)

gc.freeze()
gc.enable()
