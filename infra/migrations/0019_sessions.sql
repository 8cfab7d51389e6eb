-- Who is signed in where, and with which keys access tokens are signed. No token is kept: of a refresh token its
-- digest, of an access token nothing, of a key that signs only what a secret outside the database opens.

CREATE TABLE signing_keys (
    kid            text        NOT NULL,
    public_key     bytea       NOT NULL,
    wrapped_seed   bytea,
    kek_id         text        NOT NULL,
    created_at     timestamptz NOT NULL,
    signs_from     timestamptz NOT NULL,
    verifies_until timestamptz,
    retired_at     timestamptz,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT signing_keys_kid CHECK (kid ~ '^[0-9a-f]{16}$'),
    CONSTRAINT signing_keys_public_key CHECK (length(public_key) = 32)
);
COMMENT ON TABLE signing_keys IS 'Ed25519 keys of access tokens. They belong to the cell, so to no tenant.';
COMMENT ON COLUMN signing_keys.wrapped_seed IS 'The private half in AES-256-GCM; gone once nothing is signed with it.';
COMMENT ON COLUMN signing_keys.kek_id IS 'Which secret of the deployment opens it: a name, no secret.';
COMMENT ON COLUMN signing_keys.verifies_until IS 'Set when another key follows: its last token is over by then.';
COMMENT ON COLUMN signing_keys.retired_at IS 'When somebody took it out of use at once.';

CREATE TABLE sessions (
    session_id  uuid        NOT NULL,
    tenant      text        NOT NULL,
    account_id  uuid        NOT NULL,
    role        text        NOT NULL,
    subject_id  uuid        NOT NULL,
    person_id   uuid,
    duty        text,
    amr         text[]      NOT NULL,
    device      bytea       NOT NULL,
    label       text        NOT NULL,
    opened_at   timestamptz NOT NULL,
    used_at     timestamptz NOT NULL,
    lives_until timestamptz NOT NULL,
    ends_by     timestamptz NOT NULL,
    live        bytea       NOT NULL,
    before      bytea,
    salt        bytea,
    ended_at    timestamptz,
    ended_by    text,
    CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
    CONSTRAINT sessions_label CHECK (length(label) <= 64),
    CONSTRAINT sessions_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX sessions_account_idx ON sessions (tenant, account_id);
-- What every process asks for each second: what ended a moment ago.
CREATE INDEX sessions_ended_idx ON sessions (ended_at) WHERE ended_at IS NOT NULL;
-- What retention asks for.
CREATE INDEX sessions_lives_until_idx ON sessions (lives_until);
COMMENT ON TABLE sessions IS 'One row per sign-in on one device; it is also the family of its refresh tokens.';
COMMENT ON COLUMN sessions.device IS 'Digest of what the device calls itself.';
COMMENT ON COLUMN sessions.label IS 'What the person knows the device by, as coarse as `Firefox on Android`.';
COMMENT ON COLUMN sessions.live IS 'Digest of the only refresh token that is worth anything.';
COMMENT ON COLUMN sessions.before IS 'Digest of the one before, which gets the same answer for some seconds.';
COMMENT ON COLUMN sessions.ended_at IS 'By the clock of the database: every process asks what ended after an instant.';

ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON signing_keys TO vehicaid_app USING (true);
CREATE POLICY application ON sessions TO vehicaid_app USING (true);
CREATE POLICY own_tenant ON sessions TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));

REVOKE ALL ON signing_keys, sessions FROM PUBLIC;
-- People who read with SQL have no business with who is signed in where: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT ON signing_keys TO vehicaid_app;
GRANT UPDATE (wrapped_seed, verifies_until, retired_at) ON signing_keys TO vehicaid_app;
GRANT SELECT, INSERT, DELETE ON sessions TO vehicaid_app;
GRANT UPDATE (device, label, used_at, lives_until, live, before, salt, ended_at, ended_by) ON sessions TO vehicaid_app;
