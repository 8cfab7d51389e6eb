-- By what people are found when they sign in, and how they show who they are. No telephone number, mail address,
-- password or code can be read here: numbers are keyed hashes, passwords argon2id, codes follow from the challenge.

CREATE TABLE handles (
    tenant      text        NOT NULL,
    kind        text        NOT NULL,
    blind_index bytea       NOT NULL,
    account_id  uuid        NOT NULL,
    verified_at timestamptz NOT NULL,
    CONSTRAINT handles_pkey PRIMARY KEY (tenant, kind, blind_index),
    CONSTRAINT handles_kind CHECK (kind IN ('phone', 'email')),
    CONSTRAINT handles_blind_index CHECK (length(blind_index) = 32)
);
CREATE INDEX handles_account_idx ON handles (tenant, account_id);
COMMENT ON TABLE handles IS 'Whose telephone or mailbox this is, found by a hash under a key of the tenant.';

CREATE TABLE credentials (
    tenant         text        NOT NULL,
    account_id     uuid        NOT NULL,
    password_hash  text,
    totp_sealed    bytea,
    totp_last_step bigint      NOT NULL DEFAULT -1,
    recovery       bytea[]     NOT NULL DEFAULT '{}',
    changed_at     timestamptz NOT NULL,
    CONSTRAINT credentials_pkey PRIMARY KEY (tenant, account_id)
);
COMMENT ON TABLE credentials IS 'Passwords as argon2id hashes, secrets of second factors in AES-256-GCM.';
COMMENT ON COLUMN credentials.totp_last_step IS 'The last step whose code was used: none is taken twice.';
COMMENT ON COLUMN credentials.recovery IS 'Keyed hashes of the recovery codes that are left.';

CREATE TABLE challenges (
    challenge_id  uuid        NOT NULL,
    tenant        text        NOT NULL,
    purpose       text        NOT NULL,
    kind          text,
    blind_index   bytea,
    sealed        bytea,
    password_hash text,
    account_id    uuid,
    asked_from    bytea       NOT NULL,
    tries         integer     NOT NULL DEFAULT 0,
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    sendings      integer     NOT NULL DEFAULT 0,
    send_after    timestamptz,
    sent_at       timestamptz,
    used_at       timestamptz,
    CONSTRAINT challenges_pkey PRIMARY KEY (challenge_id)
);
CREATE INDEX challenges_handle_idx ON challenges (tenant, blind_index, asked_at) WHERE blind_index IS NOT NULL;
CREATE INDEX challenges_from_idx ON challenges (asked_from, asked_at);
CREATE INDEX challenges_asked_idx ON challenges (asked_at);
-- What is still to be sent: rows leave it within seconds.
CREATE INDEX challenges_to_send_idx ON challenges (send_after) WHERE send_after IS NOT NULL;
COMMENT ON TABLE challenges IS 'What somebody was asked to show; good once, for some minutes, for five tries.';
COMMENT ON COLUMN challenges.sealed IS 'Where to send it, in AES-256-GCM; gone once it was used.';
COMMENT ON COLUMN challenges.password_hash IS 'What a registration wants as its password once the mailbox is shown to be theirs.';
COMMENT ON COLUMN challenges.asked_from IS 'A keyed hash of the address that asked: counted, never shown.';

CREATE TABLE password_tries (
    tenant   text        NOT NULL,
    against  bytea       NOT NULL,
    tried_at timestamptz NOT NULL,
    try_id   uuid        NOT NULL,
    CONSTRAINT password_tries_pkey PRIMARY KEY (try_id)
);
CREATE INDEX password_tries_against_idx ON password_tries (against, tried_at);
COMMENT ON TABLE password_tries IS 'Tries that were not right, by handle and by address, both as keyed hashes.';

ALTER TABLE handles ENABLE ROW LEVEL SECURITY;
ALTER TABLE credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_tries ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON handles TO vehicaid_app USING (true);
CREATE POLICY application ON credentials TO vehicaid_app USING (true);
CREATE POLICY application ON challenges TO vehicaid_app USING (true);
CREATE POLICY application ON password_tries TO vehicaid_app USING (true);
CREATE POLICY own_tenant ON handles TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));
CREATE POLICY own_tenant ON credentials TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));
CREATE POLICY own_tenant ON challenges TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));
CREATE POLICY own_tenant ON password_tries TO vehicaid_reader
    USING (tenant = current_setting('vehicaid.tenant', true));

REVOKE ALL ON handles, credentials, challenges, password_tries FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON handles, credentials, challenges, password_tries TO vehicaid_app;
GRANT UPDATE (password_hash, totp_sealed, totp_last_step, recovery, changed_at) ON credentials TO vehicaid_app;
GRANT UPDATE (tries, sendings, send_after, sent_at, used_at, sealed, password_hash) ON challenges TO vehicaid_app;
