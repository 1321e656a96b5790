from idp.authentication import time_check
from idp.jobs import heartbeat


def test_a_beat_makes_a_clock_that_is_set_back_untrustworthy(app, clock, client, work):
    with app.app_context():
        heartbeat.run(clock.now())
    assert client.get("/readyz").json["checks"]["clock"] == "ok"
    clock.advance(seconds=-31)

    assert not work(time_check.is_trustworthy)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["clock"]) == (503, "failed")


def test_nodes_a_few_seconds_apart_do_not_alarm_each_other(app, clock, work):
    with app.app_context():
        heartbeat.run(clock.now())
    clock.advance(seconds=-30)

    assert work(time_check.is_trustworthy)
