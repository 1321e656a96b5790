from datetime import timedelta

import pytest
from structlog.testing import capture_logs


class TestWhenEveryStatementIsSlow:
    @pytest.fixture
    def overrides(self):
        return {"database_slow_statement": timedelta(0)}

    def test_they_are_counted_and_logged_without_their_values(self, a, client):
        with capture_logs() as lines:
            a.user("ann@example.com")

        told = [line for line in lines if line["event"] == "slow statement"]
        assert any(line["statement"].startswith("INSERT INTO users") for line in told)
        assert "ann@example.com" not in str(told)
        metrics = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert 'idp_slow_statements_total{verb="INSERT"}' in metrics.get_data(as_text=True)


def test_usually_none_is(client):
    with capture_logs() as lines:
        client.get("/readyz")
    assert "slow statement" not in str(lines)
