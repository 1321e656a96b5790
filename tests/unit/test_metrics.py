from prometheus_client.parser import text_string_to_metric_families

from idp import metrics


def test_the_exposition_is_what_prometheus_reads():
    metrics.observe_request("protocol.token", "POST", 200, 0.004)

    body, content_type = metrics.exposition()

    names = {family.name for family in text_string_to_metric_families(body.decode())}
    assert content_type.startswith("text/plain")
    assert {"idp_requests", "idp_request_seconds", "idp_audit_events"} <= names
