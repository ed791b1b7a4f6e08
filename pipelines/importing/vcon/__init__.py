"""vCon, the IETF's container for conversations: read from others, written for others.

What was at hand of the specification (draft-ietf-vcon-vcon-core unless said otherwise):

- 0.4.0: draft 04 (September 2026) with its JSON schema and CDDL, which is what is written; draft
  03; a text from between 01 and 02.
- 0.3.0: draft 00.
- 0.0.2: draft-ietf-vcon-vcon-container. 0.0.1: what the drafts say changed since, and files.

What changed between them, as far as it matters here:

- 0.0.1 to 0.0.2: `mimetype` became `mediatype`; `alg` ("SHA-512") and `signature` became
  `content_hash` ("sha512-..."); both digests are base64url. Many files of later versions still have
  the old members.
- 0.0.2 to 0.3.0: `transfer-target` and `target-dialog` got underscores; `extensions` and
  `must_support` came; a party's `role` moved into the extension "CC" (contact centre).
- 0.3.0 to 0.4.0: `must_support` became `critical`, `appended` became `amended`, `session_id` an
  object. Within 0.4.0, drafts 03 and 04 let a `body` whose encoding is "json" be any JSON value,
  where it had been a string, and gave parties a `type` ("person", "bot") and attachments a
  `purpose` (others wrote `type`); 04 has the dialog type "recording-set", no `group` any more, and
  lets `vcon`, the version, be missing.

Reading is tolerant (`reader.py`), writing strict (`writer.py`). Of the extensions, consent is read
as draft-howe-vcon-consent and its successor, draft-howe-vcon-lawful-basis, write it, transcripts as
draft-howe-vcon-wtf-extension does. Nothing is ever fetched from a network, and no signature is
verified.
"""
