"""Passwords, activation codes, one-time passwords, and the end of a lockout."""

from __future__ import annotations

from contracts.identity import operations as identity
from gateway import parts
from gateway.resource import Resource

blp = Resource("credentials", description="密码与验证码 Passwords and second factors")


@blp.route("/me/password", methods=["PUT"])
@blp.calls(identity.change_password, given=("address",))
def change_password(request, call, rpc):
    """修改密码 Change one's own password

    Ends every other session of the person.
    """
    return rpc(request | {"address": parts.client_address()})


@blp.route("/me/totp", methods=["POST"])
@blp.calls(identity.enrol_totp)
def enrol_totp(request, call, rpc):
    """登记动态口令 Begin with one-time passwords; active once confirmed"""
    return rpc(request)


@blp.route("/me/totp/confirmation", methods=["POST"])
@blp.calls(identity.confirm_totp)
def confirm_totp(request, call, rpc):
    """确认动态口令 Confirm with a code of the app; gives the recovery codes, this once"""
    return rpc(request)


@blp.route("/me/totp/removal", methods=["POST"])
@blp.calls(identity.disable_totp, given=("address",))
def disable_totp(request, call, rpc):
    """停用动态口令 Do without one-time passwords; needs the password and a code"""
    return rpc(request | {"address": parts.client_address()})


@blp.route("/activation-codes", methods=["POST"])
@blp.calls(identity.issue_activation_codes, status=201)
def issue_activation_codes(request, call, rpc):
    """签发激活码 Issue activation codes for people, shown this once"""
    return rpc(request)


@blp.route("/activations", methods=["POST"])
@blp.calls(identity.redeem_activation_code, given=("address",))
def redeem_activation_code(request, call, rpc):
    """激活账号 Set one's own password with an activation code"""
    # Not counted with the user name's sign-ins: wrong codes from a shared address would keep its owner out.
    return rpc(request | {"address": parts.client_address()})


@blp.route("/people/<person_id>/totp", methods=["DELETE"])
@blp.calls(identity.reset_totp)
def reset_totp(request, call, rpc, person_id):
    """重置他人的动态口令 Take the second factor off somebody who lost it"""
    return rpc(request)


@blp.route("/people/<person_id>/lockout", methods=["DELETE"])
@blp.calls(identity.unlock_person)
def unlock_person(request, call, rpc, person_id):
    """解除锁定 End a lockout"""
    return rpc(request)
