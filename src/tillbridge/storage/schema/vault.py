"""Closed secrets and tokens. Nothing in these rows opens without the keyring, nor in another row."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


# A form field that is secret: ``closed`` is nonce and ciphertext in base64.
class SecretRow(Model):
    id: int = fields.IntField(primary_key=True)
    connection_id = fields.UUIDField()
    name = fields.CharField(max_length=60)
    key_id = fields.CharField(max_length=16)
    closed = fields.TextField()

    class Meta:
        table = "secret"
        unique_together = (("connection_id", "name"),)


class TokenRow(Model):
    id: int = fields.IntField(primary_key=True)
    connection_id = fields.UUIDField()
    type = fields.CharField(max_length=12)
    key_id = fields.CharField(max_length=16)
    closed = fields.TextField()
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    renewed_at = fields.DatetimeField(null=True)
    renewable = fields.BooleanField()
    generation = fields.IntField()

    class Meta:
        table = "token"
        unique_together = (("connection_id", "type"),)


# Who may renew a connections tokens just now.
class RenewalRow(Model):
    connection_id = fields.UUIDField(primary_key=True)
    owner = fields.CharField(max_length=80)
    lease_until = fields.DatetimeField()

    class Meta:
        table = "renewal"
