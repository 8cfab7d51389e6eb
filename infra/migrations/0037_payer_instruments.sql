-- By what did which customer pay? A UPI id, or what the gateway tells of a card, as a keyed hash bound to the tenant: enough to
-- see that two accounts pay by the same, which is nowhere in it.

CREATE TABLE payer_instruments (
    tenant        text        NOT NULL,
    customer_id   uuid        NOT NULL,
    kind          text        NOT NULL,
    blind_index   bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL,
    CONSTRAINT payer_instruments_pkey PRIMARY KEY (tenant, customer_id, kind, blind_index),
    CONSTRAINT payer_instruments_kind CHECK (kind IN ('upi', 'card')),
    CONSTRAINT payer_instruments_index CHECK (length(blind_index) = 32)
);
CREATE INDEX payer_instruments_same_idx ON payer_instruments (tenant, kind, blind_index);
COMMENT ON TABLE payer_instruments IS 'What customers paid by, as keyed hashes: who pays by the same may be one person.';

ALTER TABLE payer_instruments ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON payer_instruments TO vehicaid_app USING (true);

REVOKE ALL ON payer_instruments FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON payer_instruments TO vehicaid_app;
