-- The personal store: names, phones, plates and exact places, encrypted with one key per person. Dropping the key
-- erases the person. These two tables may live in a database of their own, so nothing here refers to the log.

CREATE TABLE personal_keys (
    tenant      text        NOT NULL,
    person_id   uuid        NOT NULL,
    key_id      uuid        NOT NULL,
    wrapped_key bytea       NOT NULL,
    kek_id      text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT personal_keys_pkey PRIMARY KEY (tenant, person_id),
    CONSTRAINT personal_keys_key_id_key UNIQUE (key_id)
);
COMMENT ON TABLE personal_keys IS 'One key per person, wrapped by a master key that no database knows.';

CREATE TABLE personal_records (
    tenant     text        NOT NULL,
    record_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    key_id     uuid        NOT NULL,
    kind       text        NOT NULL,
    nonce      bytea       NOT NULL,
    ciphertext bytea       NOT NULL,
    command_id uuid        NOT NULL,
    put_at     timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    CONSTRAINT personal_records_pkey PRIMARY KEY (tenant, record_id),
    CONSTRAINT personal_records_key_id_fkey FOREIGN KEY (key_id) REFERENCES personal_keys (key_id) ON DELETE CASCADE
);
CREATE INDEX personal_records_key_id_idx ON personal_records (key_id);
-- What the sweep has yet to ask about: rows leave it within the hour, so it stays small.
CREATE INDEX personal_records_unclaimed_idx ON personal_records (put_at) WHERE claimed_at IS NULL;
COMMENT ON TABLE personal_records IS 'Personal data in AES-256-GCM; events refer to them by record_id.';
COMMENT ON COLUMN personal_records.claimed_at IS 'When the sweep found that the command is recorded in the log.';

REVOKE ALL ON personal_keys, personal_records FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON personal_keys, personal_records TO vehicaid_app;
GRANT UPDATE (wrapped_key, kek_id) ON personal_keys TO vehicaid_app;
GRANT UPDATE (put_at, claimed_at) ON personal_records TO vehicaid_app;
