"""Ports: chosen free, remembered, changed only when a stranger has taken one."""

import json
import socket
import subprocess
import sys

import pytest

from deploy.local.checkout import ROOT, Checkout
from deploy.local.ports import HIGHEST, LOWEST, Ports, choose_free, is_free
from deploy.local.trouble import Trouble


@pytest.fixture
def stranger():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_listened_on_is_not_free(stranger) -> None:
    assert not is_free(stranger)


def test_chosen_ports_are_free_and_below_those_of_outgoing_connections() -> None:
    port = choose_free()
    assert LOWEST <= port <= HIGHEST < 32768
    assert is_free(port)


def test_no_other_process_chooses_a_port_whose_server_is_yet_to_start() -> None:
    ours = choose_free()
    program = f"""
import itertools, types
from deploy.local import ports
drawn = itertools.count({ours})
ports.random.SystemRandom = lambda: types.SimpleNamespace(randint=lambda *_: next(drawn))
print(ports.choose_free())
"""
    other = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    assert int(other.stdout) > ours


def test_a_port_is_remembered_by_name(tmp_path) -> None:
    file = tmp_path / "ports.json"
    first = Ports(file).get("gateway")
    assert Ports(file).get("gateway") == first
    assert Ports(file).get("broker") != first


def test_a_remembered_port_that_a_stranger_took_is_replaced_for_good(tmp_path, stranger) -> None:
    file = tmp_path / "ports.json"
    file.write_text(json.dumps({"gateway": stranger}))
    port = Ports(file).get("gateway")
    assert port != stranger
    assert Ports(file).get("gateway") == port


def test_two_names_never_share_a_port(tmp_path) -> None:
    ports = Ports(tmp_path / "ports.json")
    chosen = [ports.get(str(number)) for number in range(50)]
    assert len(set(chosen)) == 50


def test_a_configured_gateway_port_is_used(tmp_path) -> None:
    port = choose_free()
    assert Checkout(tmp_path, {"GATEWAY_PORT": str(port)}).gateway_port() == port


def test_an_occupied_configured_port_is_named_with_what_to_do(tmp_path, stranger) -> None:
    with pytest.raises(Trouble, match=rf"Port {stranger} \(GATEWAY_PORT\) is used .* set GATEWAY_PORT to a free port"):
        Checkout(tmp_path, {"GATEWAY_PORT": str(stranger)}).gateway_port()


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80.5"])
def test_a_configured_port_that_is_no_port_is_refused(tmp_path, text) -> None:
    with pytest.raises(Trouble, match="set it to a number from 1 to 65535"):
        Checkout(tmp_path, {"GATEWAY_PORT": text}).gateway_port()
