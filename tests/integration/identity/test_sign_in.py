"""Signing in, staying signed in, signing out."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import jwt
import pyotp
import pytest

from chassis.refusals import TooMany
from contracts.identity import operations
from contracts.identity.tokens import AUDIENCE, actor_of
from services.identity.model.refusals import (
    ActivationRefused,
    SessionOver,
    SignInRefused,
    TotpNotPossible,
    WeakPassword,
    WrongPassword,
)
from tests.integration.identity.building import (
    ATTACKER,
    HOME,
    OFFICE,
    OTHER_PASSWORD,
    PASSWORD,
    Bureau,
    cheap_settings,
)


def claims_of(bureau, tokens):
    """The claims, verified as the gateway does, except for the clock."""
    keys = {key["kid"]: key for key in bureau.do(operations.signing_keys, bureau.by(None))["keys"]}
    token = tokens["access_token"]
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]], "EdDSA").key
    options = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer="mingjing", options=options)


def test_the_access_token_says_who_it_is_and_lives_five_minutes(bureau):
    unit = bureau.unit("法制科")
    person = bureau.person("token.holder", unit["id"], ["handler", "member"])
    claims = claims_of(bureau, bureau.sign_in("token.holder"))
    actor = actor_of(claims)
    assert (actor.id, actor.roles, actor.unit_id) == (person["id"], {"handler", "member"}, unit["id"])
    assert actor.unit_path == (bureau.root, unit["id"])
    assert claims["exp"] - claims["iat"] == 300


def test_every_wrong_part_gives_the_same_refusal(bureau):
    bureau.person("somebody")
    bureau.person("without-password", password=None)
    bureau.person("gone", active=True)
    gone = bureau.store.people.by_username("gone")
    bureau.do(operations.change_person, person_id=gone["_id"], expected_version=None, active=False)
    for username, password in [
        ("somebody", OTHER_PASSWORD),
        ("nobody-of-that-name", PASSWORD),
        ("without-password", PASSWORD),
        ("gone", PASSWORD),
    ]:
        with pytest.raises(SignInRefused):
            bureau.sign_in(username, password)


def test_a_password_is_verified_at_the_same_cost_for_accounts_that_do_not_exist(bureau, monkeypatch):
    bureau.person("costly")
    hashed = []
    fits = bureau.settings.passwords._fits
    monkeypatch.setattr(
        bureau.settings.passwords,
        "_fits",
        lambda stored, text: hashed.append(stored.split("$")[3]) or fits(stored, text),
    )
    for username in ("costly", "nobody-at-all"):
        with pytest.raises(SignInRefused):
            bureau.sign_in(username, OTHER_PASSWORD)
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_the_user_name_may_be_typed_in_capitals(bureau):
    bureau.person("capital")
    assert bureau.sign_in(" CAPITAL ")["expires_in"] == 300


def test_a_refresh_gives_new_tokens_with_the_present_roles(bureau):
    person = bureau.person("promoted")
    tokens = bureau.sign_in("promoted")
    bureau.do(operations.change_person, person_id=person["id"], expected_version=None, roles=["desk", "member"])
    bureau.later(minutes=4)
    refreshed = bureau.refresh(tokens)
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    assert claims_of(bureau, refreshed)["roles"] == ["desk", "member"]


def test_a_refresh_token_repeated_within_seconds_gives_the_same_successor(bureau):
    bureau.person("double.click")
    tokens = bureau.sign_in("double.click")
    first = bureau.refresh(tokens)
    bureau.later(seconds=9)
    assert bureau.refresh(tokens)["refresh_token"] == first["refresh_token"]
    assert bureau.refresh(first)["refresh_token"] != first["refresh_token"]


@pytest.mark.parametrize("wait", [{"seconds": 11}, {"hours": 1}])
def test_a_refresh_token_used_again_later_ends_the_session_for_thief_and_owner(bureau, wait):
    person = bureau.person(f"robbed{wait.get('hours', 0)}")
    tokens = bureau.sign_in(person["username"])
    fresh = bureau.refresh(tokens)
    bureau.later(**wait)
    with pytest.raises(SessionOver):
        bureau.refresh(tokens)
    with pytest.raises(SessionOver):
        bureau.refresh(fresh)
    session_id = tokens["refresh_token"].split(".")[0]
    ((kind, data),) = bureau.events("sessions", session_id)
    assert kind == "identity.session_ended.v1"
    assert data["person_id"] == person["id"]
    assert "refresh_token_reused" in bureau.log_of(person["id"])


def test_a_token_that_we_never_issued_ends_nothing(bureau):
    bureau.person("guessed")
    tokens = bureau.sign_in("guessed")
    session_id, generation, secret, tag = tokens["refresh_token"].split(".")
    for forged in (f"{session_id}.0.{secret}.{tag}", f"{session_id}.{generation}.{secret}.{tag[::-1]}", "x", ""):
        with pytest.raises(SessionOver):
            bureau.do(operations.refresh_session, bureau.by(None), refresh_token=forged or "-")
    assert bureau.refresh(tokens)


def test_a_session_that_nobody_used_for_three_days_is_over(bureau):
    bureau.person("idle")
    tokens = bureau.sign_in("idle")
    bureau.later(hours=73)
    with pytest.raises(SessionOver):
        bureau.refresh(tokens)


def test_signing_out_really_ends_the_session_and_is_told(bureau):
    person = bureau.person("leaving")
    tokens = bureau.sign_in("leaving")
    call = bureau.signed_in_as(person, tokens)
    for _ in range(2):
        bureau.do(operations.end_session, call)
    with pytest.raises(SessionOver):
        bureau.refresh(tokens)
    assert len(bureau.events("sessions", call.actor.session_id)) == 1
    ended = bureau.do(operations.list_ended_sessions, bureau.by(None))["items"]
    assert call.actor.session_id in [session["session_id"] for session in ended]


def test_the_list_of_ended_sessions_forgets_those_whose_tokens_have_died(bureau):
    person = bureau.person("long.gone")
    call = bureau.signed_in_as(person, bureau.sign_in("long.gone"))
    bureau.do(operations.end_session, call)
    bureau.later(minutes=6)
    ended = bureau.do(operations.list_ended_sessions, bureau.by(None))["items"]
    assert call.actor.session_id not in [session["session_id"] for session in ended]


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["member"]}])
def test_lost_rights_end_every_session_at_once(bureau, change):
    person = bureau.person(f"demoted-{next(iter(change))}", roles=["desk", "member"])
    sessions = [bureau.sign_in(person["username"]) for _ in range(2)]
    bureau.do(operations.change_person, person_id=person["id"], expected_version=person["version"], **change)
    for tokens in sessions:
        with pytest.raises(SessionOver):
            bureau.refresh(tokens)
        assert bureau.events("sessions", tokens["refresh_token"].split(".")[0])
    assert "rights_changed" in bureau.log_of(person["id"])


def wrong(bureau, username, times, address):
    """Wrong passwords, each after the wait that it is told."""
    for _ in range(times):
        try:
            bureau.sign_in(username, OTHER_PASSWORD, address)
        except SignInRefused:
            continue
        except TooMany as wait:
            bureau.later(seconds=wait.retry_after)


def until_made_to_wait(bureau, username, address):
    """Wrong passwords up to the first that is not looked at."""
    with suppress(TooMany):
        while True:
            with suppress(SignInRefused):
                bureau.sign_in(username, OTHER_PASSWORD, address)


@pytest.mark.parametrize("username", ["locked", "there-is-no-such-person"])
def test_repeated_failures_are_told_to_wait_whether_or_not_the_person_exists(bureau, username):
    if username == "locked":
        bureau.person("locked")
    for _ in range(5):
        with pytest.raises(SignInRefused):
            bureau.sign_in(username, OTHER_PASSWORD, ATTACKER)
    with pytest.raises(TooMany) as wait:
        bureau.sign_in(username, PASSWORD, ATTACKER)
    assert wait.value.retry_after == 15


def test_the_owner_gets_in_while_others_are_made_to_wait(bureau):
    bureau.person("attacked")
    device = bureau.sign_in("attacked", address=OFFICE)["device"]
    for number in range(25):
        wrong(bureau, "attacked", 2, f"203.0.113.{number}")
    until_made_to_wait(bureau, "attacked", OFFICE)
    assert bureau.sign_in("attacked", address=OFFICE, device=device)["device"] is None
    with pytest.raises(TooMany) as wait:
        bureau.sign_in("attacked", address=HOME)
    assert wait.value.retry_after <= 300
    bureau.later(seconds=wait.value.retry_after)
    assert bureau.sign_in("attacked", address=HOME)


def test_a_device_of_one_account_is_a_stranger_to_another(bureau):
    bureau.person("device.owner")
    bureau.person("device.target")
    device = bureau.sign_in("device.owner")["device"]
    wrong(bureau, "device.target", 5, ATTACKER)
    with pytest.raises(TooMany):
        bureau.sign_in("device.target", OTHER_PASSWORD, ATTACKER, device=device)


def test_an_administrator_can_end_a_wait(bureau):
    person = bureau.person("unlocked")
    wrong(bureau, "unlocked", 5, OFFICE)
    bureau.do(operations.unlock_person, person_id=person["id"])
    assert bureau.sign_in("unlocked", address=OFFICE)


def test_an_activation_code_gets_past_a_wait_works_once_and_ends_sessions(bureau):
    person = bureau.person("forgetful")
    tokens = bureau.sign_in("forgetful")
    wrong(bureau, "forgetful", 5, OFFICE)
    (code,) = bureau.do(operations.issue_activation_codes, person_ids=[person["id"]])["items"]
    redeem = {"username": "forgetful", "code": code["code"].lower(), "password": OTHER_PASSWORD}
    bureau.do(operations.redeem_activation_code, bureau.by(None), **redeem)
    assert bureau.sign_in("forgetful", OTHER_PASSWORD)
    with pytest.raises(SessionOver):
        bureau.refresh(tokens)
    with pytest.raises(ActivationRefused):
        bureau.do(operations.redeem_activation_code, bureau.by(None), **redeem)


def test_an_activation_code_dies_after_a_week_and_with_the_next_one(bureau):
    person = bureau.person("late", password=None)
    old, new = (
        bureau.do(operations.issue_activation_codes, person_ids=[person["id"]])["items"][0]["code"] for _ in range(2)
    )
    for code, wait in ((old, 0), (new, 169)):
        bureau.later(hours=wait)
        redeem = {"username": "late", "code": code, "password": PASSWORD}
        with pytest.raises(ActivationRefused):
            bureau.do(operations.redeem_activation_code, bureau.by(None), **redeem)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(bureau):
    person = bureau.person("changing")
    here, elsewhere = bureau.sign_in("changing"), bureau.sign_in("changing")
    call = bureau.signed_in_as(person, here)
    with pytest.raises(WrongPassword):
        bureau.do(operations.change_password, call, current_password=OTHER_PASSWORD, new_password=OTHER_PASSWORD)
    with pytest.raises(WeakPassword):
        bureau.do(operations.change_password, call, current_password=PASSWORD, new_password="changing-2026")
    bureau.do(operations.change_password, call, current_password=PASSWORD, new_password=OTHER_PASSWORD)
    assert bureau.refresh(here)
    with pytest.raises(SessionOver):
        bureau.refresh(elsewhere)
    assert bureau.sign_in("changing", OTHER_PASSWORD)


def with_totp(bureau, username):
    """A person with a second factor: (person, call of a session, the app, recovery codes)."""
    person = bureau.person(username)
    call = bureau.signed_in_as(person, bureau.sign_in(username))
    app = pyotp.TOTP(bureau.do(operations.enrol_totp, call)["secret"])
    codes = bureau.do(operations.confirm_totp, call, otp=app.at(bureau.call.now))["recovery_codes"]
    return person, call, app, codes


def test_with_a_second_factor_the_password_alone_is_not_enough(bureau):
    _, _, app, _ = with_totp(bureau, "two.factors")
    bureau.later(seconds=60)
    for otp in (None, "000000"):
        with pytest.raises(SignInRefused):
            bureau.sign_in("two.factors", otp=otp)
    assert bureau.sign_in("two.factors", otp=app.at(bureau.call.now))


def test_a_code_is_good_once_even_for_whoever_watched_it_being_typed(bureau):
    _, _, app, _ = with_totp(bureau, "watched")
    with pytest.raises(SignInRefused):
        bureau.sign_in("watched", otp=app.at(bureau.call.now))
    bureau.later(seconds=60)
    otp = app.at(bureau.call.now)
    assert bureau.sign_in("watched", otp=otp)
    with pytest.raises(SignInRefused):
        bureau.sign_in("watched", otp=otp)


def test_each_recovery_code_works_once(bureau):
    _, _, _, codes = with_totp(bureau, "recovering")
    assert len(codes) == 10
    assert bureau.sign_in("recovering", otp=codes[0].lower())
    with pytest.raises(SignInRefused):
        bureau.sign_in("recovering", otp=codes[0])
    assert bureau.sign_in("recovering", otp=codes[1])


def test_a_second_factor_is_turned_off_with_both_or_by_an_administrator(bureau):
    person, call, _, codes = with_totp(bureau, "turning.off")
    with pytest.raises(TotpNotPossible):
        bureau.do(operations.enrol_totp, call)
    with pytest.raises(WrongPassword):
        bureau.do(operations.disable_totp, call, password=PASSWORD, otp="000000")
    bureau.do(operations.disable_totp, call, password=PASSWORD, otp=codes[0])
    assert bureau.sign_in("turning.off")
    other, _, _, _ = with_totp(bureau, "lost.phone")
    bureau.do(operations.reset_totp, person_id=other["id"])
    assert bureau.sign_in("lost.phone")
    assert bureau.log_of(other["id"])[-2:] == ["totp_reset", "signed_in"]
    assert "totp_turned_off" in bureau.log_of(person["id"])


def test_secrets_are_not_stored_in_clear(bureau):
    _, _, app, codes = with_totp(bureau, "secretive")
    tokens = bureau.sign_in("secretive", otp=codes[0])
    everything = repr([list(bureau.store.db[name].find()) for name in bureau.store.db.list_collection_names()])
    for secret in (app.secret, codes[1], tokens["device"], tokens["refresh_token"].split(".")[2], PASSWORD, OFFICE):
        assert secret not in everything


def test_a_hash_follows_new_parameters_at_the_next_sign_in(bureau, store):
    person = bureau.person("older.hash")
    before = store.accounts.get(person["id"])["password_hash"]
    dearer = Bureau(store, cheap_settings(IDENTITY_ARGON2_TIME_COST="2"))
    dearer.call = bureau.call
    dearer.sign_in("older.hash")
    after = store.accounts.get(person["id"])["password_hash"]
    assert ("t=1" in before, "t=2" in after) == (True, True)
    assert bureau.sign_in("older.hash")


def test_tokens_are_verified_across_a_key_rotation_and_the_next_key_is_known_before(bureau):
    bureau.person("rotating")
    old = bureau.sign_in("rotating")
    assert claims_of(bureau, old)
    kids = {key["kid"] for key in bureau.do(operations.signing_keys, bureau.by(None))["keys"]}
    seen_before_use = False
    for _ in range(31 * 4):
        bureau.later(hours=6)
        published = {key["kid"] for key in bureau.do(operations.signing_keys, bureau.by(None))["keys"]}
        tokens = bureau.sign_in("rotating", otp=None)
        signer = jwt.get_unverified_header(tokens["access_token"])["kid"]
        assert signer in published
        if signer not in kids:
            assert seen_before_use
            break
        seen_before_use = bool(published - kids)
    else:
        pytest.fail("the key was never rotated")


def test_a_revoked_key_disappears_and_another_signs(bureau):
    bureau.person("after.leak")
    kid = jwt.get_unverified_header(bureau.sign_in("after.leak")["access_token"])["kid"]
    left = bureau.do(operations.revoke_signing_key, kid=kid)["keys"]
    assert kid not in [key["kid"] for key in left]
    assert jwt.get_unverified_header(bureau.sign_in("after.leak")["access_token"])["kid"] != kid


def at_once(times, do):
    """What each of so many parallel calls gave: an answer or a refusal."""

    def one(_):
        try:
            return do()
        except Exception as error:
            return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_burst_of_honest_sign_ins_is_not_taken_for_guessing(bureau):
    bureau.person("burst")
    answers = at_once(16, lambda: bureau.sign_in("burst"))
    assert [answer for answer in answers if not isinstance(answer, dict)] == []


def test_parallel_guesses_are_looked_at_no_more_often_than_one_by_one(bureau):
    bureau.person("parallel")
    answers = at_once(40, lambda: bureau.sign_in("parallel", OTHER_PASSWORD))
    assert {type(answer) for answer in answers} == {SignInRefused, TooMany}
    assert sum(isinstance(answer, SignInRefused) for answer in answers) <= 5


def test_parallel_refreshes_with_one_token_get_one_successor(bureau):
    bureau.person("tabs")
    tokens = bureau.sign_in("tabs")
    answers = at_once(10, lambda: bureau.refresh(tokens))
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert bureau.refresh(answers[0])
