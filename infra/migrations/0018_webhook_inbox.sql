-- What outside services tell us by webhook: kept as it came, before anything is made of it, so that an answer within
-- milliseconds loses nothing. The log knows for ever what was learnt; this table is only the way there.

CREATE TABLE webhook_inbox (
    source      text        NOT NULL,
    event_id    text        NOT NULL,
    body        bytea       NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    tries       int         NOT NULL DEFAULT 0,
    look_at     timestamptz NOT NULL DEFAULT now(),
    outcome     text,
    -- An outside service sends the same event until it is answered: it is one.
    CONSTRAINT webhook_inbox_pkey PRIMARY KEY (source, event_id),
    CONSTRAINT webhook_inbox_event_id CHECK (length(event_id) BETWEEN 1 AND 64)
);
-- What still has to be looked at: rows leave it within a second, so it stays small.
CREATE INDEX webhook_inbox_waiting_idx ON webhook_inbox (look_at) WHERE outcome IS NULL;
CREATE INDEX webhook_inbox_received_idx ON webhook_inbox (received_at);
COMMENT ON TABLE webhook_inbox IS
    'Verified webhooks of the payment gateway. Whose they are is known once they are folded: the gateway knows no tenants.';
COMMENT ON COLUMN webhook_inbox.body IS 'As it came; may name a payer, so it is emptied once it is folded.';
COMMENT ON COLUMN webhook_inbox.outcome IS 'Null while it waits; folded, ignored, unreadable or unknown.';

ALTER TABLE webhook_inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON webhook_inbox TO vehicaid_app USING (true);

REVOKE ALL ON webhook_inbox FROM PUBLIC;
-- People who read with SQL have no business with payers' addresses: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON webhook_inbox TO vehicaid_app;
GRANT UPDATE (body, tries, look_at, outcome) ON webhook_inbox TO vehicaid_app;
