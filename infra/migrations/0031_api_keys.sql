-- With which keys a partner's own systems call us. No key is kept, only its digest: 256 random-looking bits need no slow hash.

CREATE TABLE api_keys (
    key_id     uuid        NOT NULL,
    tenant     text        NOT NULL,
    partner_id uuid        NOT NULL,
    name       text        NOT NULL,
    scopes     text[]      NOT NULL,
    digest     bytea       NOT NULL,
    digest_old bytea,
    old_until  timestamptz,
    made_at    timestamptz NOT NULL,
    made_by    text        NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (key_id),
    CONSTRAINT api_keys_name CHECK (length(name) BETWEEN 1 AND 64),
    CONSTRAINT api_keys_scopes CHECK (cardinality(scopes) > 0),
    CONSTRAINT api_keys_digest CHECK (length(digest) = 32 AND length(digest_old) = 32),
    CONSTRAINT api_keys_old CHECK ((digest_old IS NULL) = (old_until IS NULL))
);
CREATE INDEX api_keys_partner_idx ON api_keys (tenant, partner_id);
COMMENT ON TABLE api_keys IS 'Keys of partners: whom each speaks for, what it may do, and until when. The key itself is nowhere.';
COMMENT ON COLUMN api_keys.digest_old IS 'Of the secret before, which is good as well until old_until.';
COMMENT ON COLUMN api_keys.used_at IS 'When it was last used, a minute less or more.';

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON api_keys TO vehicaid_app USING (true);

REVOKE ALL ON api_keys FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT ON api_keys TO vehicaid_app;
GRANT UPDATE (digest, digest_old, old_until, used_at, revoked_at) ON api_keys TO vehicaid_app;
