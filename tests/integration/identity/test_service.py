"""The identity service as a process of its own: asked over the broker, heard by its events."""

import base64
from datetime import timedelta

import pytest

from chassis import clock
from chassis.rpc_client import Refused, RpcClient
from contracts.call import Actor, Call
from contracts.identity import operations
from contracts.identity.events import SessionEndedV1
from tests.integration.identity.building import OTHER_PASSWORD, PASSWORD
from tests.support.waiting import eventually

CHEAP_ARGON2 = {"IDENTITY_ARGON2_TIME_COST": "1", "IDENTITY_ARGON2_MEMORY_KIB": "8"}


class Identity:
    """The service over RPC, as the gateway calls it."""

    def __init__(self, client):
        self._client = client
        self.admin = None

    def do(self, operation, actor=None, **request):
        now = clock.now()
        return self._client.call(operation, request, Call(now=now, deadline=now + timedelta(seconds=60), actor=actor))

    def as_admin(self, operation, **request):
        return self.do(operation, Actor(self.admin["id"], "管理员", frozenset({"admin"})), **request)


@pytest.fixture(scope="module")
def ended():
    """The ids of sessions whose end was heard of."""
    return []


@pytest.fixture(scope="module")
def identity(module_service_process, amqp_uri, ended):
    module_service_process("services.identity.service:IdentityService", CHEAP_ARGON2)
    client = RpcClient(amqp_uri, "test")
    client.subscribe(SessionEndedV1, lambda event: ended.append(event.data["session_id"]))
    client.start()
    eventually(lambda: client.connected)
    service = Identity(client)
    request = {"username": "admin", "name": "管理员", "password": PASSWORD, "unit_name": "明镜市司法局"}
    service.admin = service.do(operations.create_admin, **request)
    yield service
    client.stop()


def test_a_person_is_created_activated_signed_in_and_signed_out(identity, ended):
    root = identity.admin["unit_id"]
    person = identity.as_admin(operations.create_person, username="flow", name="流程", unit_id=root)
    (code,) = identity.as_admin(operations.issue_activation_codes, person_ids=[person["id"]])["items"]
    identity.do(operations.redeem_activation_code, username="flow", code=code["code"], password=OTHER_PASSWORD)
    tokens = identity.do(operations.sign_in, username="flow", password=OTHER_PASSWORD, address="192.0.2.1")
    session_id = tokens["refresh_token"].split(".")[0]
    me = Actor(person["id"], "流程", frozenset({"member"}), session_id=session_id)
    assert identity.do(operations.me, me)["unit"]["name"] == "明镜市司法局"
    identity.do(operations.end_session, me)
    eventually(lambda: session_id in ended)
    with pytest.raises(Refused) as refused:
        identity.do(operations.refresh_session, refresh_token=tokens["refresh_token"])
    assert refused.value.name == "SessionOver"


def test_the_service_checks_roles_itself(identity):
    member = Actor("somebody", "某人", frozenset({"member"}))
    for actor, name in ((None, "NotSignedIn"), (member, "Forbidden")):
        with pytest.raises(Refused) as refused:
            identity.do(operations.list_people, actor)
        assert refused.value.name == name


def test_failures_over_the_wire_end_in_a_wait(identity):
    names = []
    for _ in range(6):
        with pytest.raises(Refused) as refused:
            identity.do(operations.sign_in, username="nobody", password="wrong", address="192.0.2.2")
        names.append(refused.value.name)
    assert names == ["SignInRefused"] * 5 + ["TooMany"]
    # Of fifteen seconds, some may be over by now.
    assert 0 < refused.value.details["retry_after"] <= 15


def test_an_import_is_worked_on_in_the_background(identity):
    table = "姓名,用户名,单位\r\n" + "\r\n".join(f"某人,bg{number},明镜市司法局" for number in range(450))
    content = base64.b64encode(table.encode("gb18030")).decode()
    import_id = identity.as_admin(operations.start_people_import, content=content)["id"]

    def finished():
        state = identity.as_admin(operations.get_import, import_id=import_id)
        return state if state["state"] != "running" else None

    result = eventually(finished)
    assert (result["state"], result["total"], result["created"]) == ("done", 450, 450)


def test_a_fresh_service_publishes_its_signing_keys(identity):
    keys = identity.do(operations.signing_keys)["keys"]
    assert 1 <= len(keys) <= 2
    assert all(set(key) == {"kid", "kty", "crv", "alg", "use", "x"} for key in keys)
