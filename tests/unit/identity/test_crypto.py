"""Keyring, one-time passwords, access tokens."""

import base64
from datetime import UTC, datetime, timedelta

import jwt
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.call import Actor
from contracts.identity.tokens import AUDIENCE, REQUIRED_CLAIMS, actor_of
from services.identity.crypto.keyring import BadKey, Keyring, Unsealable
from services.identity.crypto.one_time import (
    RECOVERY_CODES,
    canonical_code,
    enrolment_uri,
    new_secret,
    random_code,
    step_of,
)
from services.identity.crypto.tokens import new_key_pair, private_key_of, signed

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
NOW = datetime(2026, 3, 2, 4, 0, 10, tzinfo=UTC)


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_for_its_own_purpose_only(plain):
    keyring = Keyring(NEW)
    sealed = keyring.seal(plain, "totp")
    assert keyring.open(sealed, "totp") == plain
    with pytest.raises(Unsealable):
        keyring.open(sealed, "signing")


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed():
    sealed = Keyring(OLD).seal(b"secret", "totp")
    assert Keyring(f"{NEW}\n{OLD}").open(sealed, "totp") == b"secret"
    with pytest.raises(Unsealable):
        Keyring(NEW).open(sealed, "totp")


def test_a_hash_under_the_old_key_is_among_the_hashes_of_the_new_keyring():
    assert Keyring(OLD).digest("device", "device") in Keyring(f"{NEW},{OLD}").digests("device", "device")


@pytest.mark.parametrize("text", ["", "   ", "not base64!", base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadKey):
        Keyring(text)


@pytest.mark.parametrize(("offset", "accepted"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)])
def test_a_code_is_good_for_its_step_and_the_ones_beside_it(offset, accepted):
    secret = new_secret()
    otp = pyotp.TOTP(secret).at(NOW + timedelta(seconds=offset))
    step = step_of(secret, otp, NOW)
    assert (step == int(NOW.timestamp()) // 30 + offset // 30) if accepted else step is None


def test_a_code_may_be_typed_with_blanks_and_full_width_digits():
    secret = new_secret()
    otp = pyotp.TOTP(secret).at(NOW)
    wide = otp.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert step_of(secret, f" {wide[:3]} {wide[3:]} ", NOW) is not None


@given(st.text(max_size=40))
def test_no_text_breaks_the_check_of_a_code(text):
    step = step_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", text, NOW)
    assert step is None or abs(step - int(NOW.timestamp()) // 30) <= 1


def test_an_authenticator_app_reads_the_enrolment():
    parsed = pyotp.parse_uri(enrolment_uri("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "desk"))
    assert (parsed.issuer, parsed.name, parsed.secret) == ("明镜", "desk", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


def test_a_code_read_out_over_the_telephone_is_understood():
    code = random_code(4)
    assert len(canonical_code(code)) == 20
    assert canonical_code(code.lower().replace("0", "o").replace("1", "l").replace("-", " ")) == canonical_code(code)
    assert len({random_code(2) for _ in range(RECOVERY_CODES)}) == RECOVERY_CODES


ACTOR = Actor("person", "周承办", frozenset({"handler", "member"}), "unit", ("root", "unit"), "bureau", "session")


def token_and_key(now=NOW, lifetime=timedelta(minutes=5)):
    seed, x = new_key_pair()
    token = signed(ACTOR, kid="k1", private_key=private_key_of(seed), issuer="mingjing", now=now, lifetime=lifetime)
    return token, jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k1"}, "EdDSA").key


def test_a_verifier_gets_back_the_person_that_was_signed():
    token, key = token_and_key(datetime.now(UTC))
    options = {"require": list(REQUIRED_CLAIMS)}
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer="mingjing", options=options)
    assert actor_of(claims) == ACTOR
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": "k1", "typ": "JWT"}


def test_a_token_that_is_over_is_refused():
    token, key = token_and_key(datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer="mingjing")


def test_a_token_under_another_key_is_refused():
    token, _ = token_and_key(datetime.now(UTC))
    _, other = token_and_key(datetime.now(UTC))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, algorithms=["EdDSA"], audience=AUDIENCE, issuer="mingjing")
