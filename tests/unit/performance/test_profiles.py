"""To which layer a sample belongs."""

from tests.performance.profiles import OTHER, layer_of, shares


def test_a_sample_belongs_to_its_innermost_known_layer() -> None:
    outside = "Serve.answer (chassis/rpc_server.py:150)"
    assert layer_of([outside, "Schema.load (marshmallow/schema.py:700)", "isinstance (abc.py:12)"]) == (
        "schemas (marshmallow, contracts)"
    )
    assert layer_of([outside, "dumps (json/encoder.py:3)"]) == "chassis: the rest"
    assert layer_of(["main (script.py:1)"]) == OTHER


def test_shares_add_up_to_one() -> None:
    found = shares(["a (pymongo/pool.py:1);b (threading.py:2) 30", "c (amqp/channel.py) 10"])
    assert found == {"database driver (pymongo, bson)": 0.75, "AMQP library (amqp, kombu)": 0.25}


def test_threads_that_wait_are_not_counted() -> None:
    waits = "run (threading.py:1);_worker (concurrent/futures/thread.py:80) 900"
    assert shares([waits, "wsgi_app (flask/app.py:1) 10"]) == {"web framework (flask, werkzeug)": 1.0}
