"""A vCon's objects as they are read: all versions' members at once, the newest name for each.

Members that no draft names are passed over, except in attachments: the drafts on consent show some
beside the content, not in it.
"""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from pipelines.importing.vcon.values import (
    HeardParties,
    Index,
    Indices,
    Members,
    Moment,
    Objects,
    Seconds,
    Text,
    Texts,
)


class Signed(BaseModel):
    """A vCon in a JWS, in its general or flattened form."""

    payload: Text = None
    signatures: object = None


class Container(BaseModel):
    """The whole of an unsigned vCon."""

    vcon: Text = None
    uuid: Text = None
    created_at: Moment = None
    subject: Text = None
    critical: Texts = Field(None, validation_alias=AliasChoices("critical", "must_support"))
    redacted: Members = None
    amended: Members = Field(None, validation_alias=AliasChoices("amended", "appended"))
    group: Objects = None
    parties: Objects = None
    dialog: Objects = None
    analysis: Objects = None
    attachments: Objects = None


class PartyObject(BaseModel):
    """Who took part. The role stood in `meta` before drafts had one."""

    tel: Text = None
    sip: Text = None
    mailto: Text = Field(None, validation_alias=AliasChoices("mailto", "email"))
    name: Text = None
    role: Text = None
    type: Text = None
    meta: Members = None


class Filed(BaseModel):
    """What has a content, inline or elsewhere."""

    mediatype: Text = Field(None, validation_alias=AliasChoices("mediatype", "mimetype"))
    filename: Text = None
    body: object = None
    encoding: Text = None
    url: Text = None
    content_hash: Texts = None
    alg: Text = None
    signature: Text = None


class DialogObject(Filed):
    """A recording, a text, or what is known of a call that left neither."""

    type: Text = None
    start: Moment = None
    duration: Seconds = None
    parties: HeardParties = None
    originator: Index = None
    disposition: Text = None


class AnalysisObject(Filed):
    """What somebody made of dialogs. 0.0.1 had the body of a transcript in `transcript`."""

    type: Text = None
    dialog: Indices = None
    vendor: Text = None
    product: object = Field(None, validation_alias=AliasChoices("product", "vendor_product"))
    schema_: object = Field(None, validation_alias=AliasChoices("schema", "vendor_schema"))
    body: object = Field(None, validation_alias=AliasChoices("body", "transcript"))


class AttachmentObject(Filed):
    """What lies with the conversation; `model_extra` is what else stood in it."""

    model_config = ConfigDict(extra="allow")

    purpose: Text = None
    type: Text = None
    start: Moment = None
    party: Index = None
    dialog: Index = None
