-- Webhooks to partners: where they go, what was told of which fact, and how far the log was read for it. Only ids and
-- codes. Runs with search_path = the cell's schema.

CREATE TABLE hook_endpoints (
    tenant        text        NOT NULL,
    endpoint_id   uuid        NOT NULL,
    partner_id    uuid,
    url           text        NOT NULL,
    names         text[]      NOT NULL,
    state         text        NOT NULL DEFAULT 'on',
    sealed        bytea       NOT NULL,
    sealed_old    bytea,
    old_until     timestamptz,
    added_at      timestamptz NOT NULL,
    told_after    bigint      NOT NULL,
    failing_since timestamptz,
    CONSTRAINT hook_endpoints_pkey PRIMARY KEY (tenant, endpoint_id),
    CONSTRAINT hook_endpoints_state CHECK (state IN ('on', 'off', 'failed')),
    CONSTRAINT hook_endpoints_url CHECK (length(url) <= 500),
    CONSTRAINT hook_endpoints_old CHECK ((sealed_old IS NULL) = (old_until IS NULL))
);
COMMENT ON TABLE hook_endpoints IS 'Where webhooks go: a partner''s address, or one of the tenant itself.';
COMMENT ON COLUMN hook_endpoints.partner_id IS 'Hears only of requests that this partner bears; null hears of all of the tenant.';
COMMENT ON COLUMN hook_endpoints.names IS 'Public names that it wants; empty for all.';
COMMENT ON COLUMN hook_endpoints.state IS 'on; off by somebody''s wish; failed where nothing was taken for days.';
COMMENT ON COLUMN hook_endpoints.sealed IS 'The secret that signs, wrapped under a key that no database knows.';
COMMENT ON COLUMN hook_endpoints.sealed_old IS 'The secret before, which signs as well until old_until.';
COMMENT ON COLUMN hook_endpoints.told_after IS 'Facts after this position are told: what was before is asked for by replay.';

CREATE TABLE hook_messages (
    tenant      text        NOT NULL,
    endpoint_id uuid        NOT NULL,
    position    bigint      NOT NULL,
    name        text        NOT NULL,
    body        bytea       NOT NULL,
    state       text        NOT NULL DEFAULT 'waiting',
    tries       int         NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL,
    made_at     timestamptz NOT NULL,
    last_code   text,
    CONSTRAINT hook_messages_pkey PRIMARY KEY (tenant, endpoint_id, position),
    CONSTRAINT hook_messages_endpoint FOREIGN KEY (tenant, endpoint_id) REFERENCES hook_endpoints ON DELETE CASCADE,
    CONSTRAINT hook_messages_state CHECK (state IN ('waiting', 'taken', 'dead'))
);
CREATE INDEX hook_messages_due_idx ON hook_messages (due_at) WHERE state = 'waiting';
CREATE INDEX hook_messages_made_idx ON hook_messages (made_at);
COMMENT ON TABLE hook_messages IS 'What is told to whom; a dead one was tried for three days, and waits to be replayed.';

CREATE TABLE hook_partners (
    tenant     text NOT NULL,
    request_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    CONSTRAINT hook_partners_pkey PRIMARY KEY (tenant, request_id)
);
COMMENT ON TABLE hook_partners IS 'Which partner bears a request, as of the position read.';

CREATE TABLE hook_reading (
    one      boolean NOT NULL DEFAULT true,
    position bigint  NOT NULL,
    CONSTRAINT hook_reading_pkey PRIMARY KEY (one),
    CONSTRAINT hook_reading_one CHECK (one)
);
COMMENT ON TABLE hook_reading IS 'How far the log was read for webhooks; moves on with the messages that follow from it.';
INSERT INTO hook_reading (position) VALUES (0);

ALTER TABLE hook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook_partners ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook_reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON hook_endpoints TO vehicaid_app USING (true);
CREATE POLICY application ON hook_messages TO vehicaid_app USING (true);
CREATE POLICY application ON hook_partners TO vehicaid_app USING (true);
CREATE POLICY application ON hook_reading TO vehicaid_app USING (true);

REVOKE ALL ON hook_endpoints, hook_messages, hook_partners, hook_reading FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON hook_endpoints, hook_messages, hook_partners TO vehicaid_app;
GRANT SELECT ON hook_reading TO vehicaid_app;
GRANT UPDATE (position) ON hook_reading TO vehicaid_app;
GRANT UPDATE (state, sealed, sealed_old, old_until, failing_since) ON hook_endpoints TO vehicaid_app;
GRANT UPDATE (state, tries, due_at, last_code) ON hook_messages TO vehicaid_app;
GRANT UPDATE (partner_id) ON hook_partners TO vehicaid_app;
