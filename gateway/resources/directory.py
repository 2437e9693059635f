"""The directory of colleagues, the log of security matters, and the keys that tokens are signed with."""

from __future__ import annotations

from contracts.identity import operations as identity
from gateway.resource import Resource

blp = Resource("directory", description="通讯录 Whom one may address")


@blp.route("/directory")
@blp.calls(identity.list_directory)
def list_directory(request, call, rpc):
    """通讯录 Active people by role and unit"""
    return rpc(request)


@blp.route("/security-log")
@blp.calls(identity.list_security_log)
def list_security_log(request, call, rpc):
    """安全日志 Who signed in or failed to, whose rights changed"""
    return rpc(request)


@blp.route("/signing-keys")
@blp.calls(identity.signing_keys)
def signing_keys(request, call, rpc):
    """签名公钥 The public keys of access tokens (JWK set, RFC 7517)"""
    return rpc(request)


@blp.route("/signing-keys/<kid>", methods=["DELETE"])
@blp.calls(identity.revoke_signing_key)
def revoke_signing_key(request, call, rpc, kid):
    """吊销签名密钥 Revoke a signing key: nothing that it signed is accepted any more"""
    return rpc(request)
