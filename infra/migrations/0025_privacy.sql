-- Everything about a person, for that person: asked for, made by a worker, fetched by a link within days. What it holds is
-- sealed under the person's key (0003), so erasing the person ends it. Runs with search_path = the cell's schema.

CREATE TABLE privacy_exports (
    tenant     text        NOT NULL,
    export_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    person     text        NOT NULL,
    asked_at   timestamptz NOT NULL,
    ready_at   timestamptz,
    expires_at timestamptz NOT NULL,
    size_bytes bigint      NOT NULL DEFAULT 0,
    sealed     bytea,
    CONSTRAINT privacy_exports_pkey PRIMARY KEY (tenant, export_id),
    CONSTRAINT privacy_exports_person CHECK (length(person) <= 40),
    CONSTRAINT privacy_exports_ready CHECK ((ready_at IS NULL) = (sealed IS NULL))
);
-- It is compressed already.
ALTER TABLE privacy_exports ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX privacy_exports_person_idx ON privacy_exports (tenant, person_id, asked_at);
CREATE INDEX privacy_exports_waiting_idx ON privacy_exports (asked_at) WHERE ready_at IS NULL;
CREATE INDEX privacy_exports_expires_idx ON privacy_exports (expires_at);
COMMENT ON TABLE privacy_exports IS 'What people asked to have of all that we keep of them; gone after days.';
COMMENT ON COLUMN privacy_exports.person IS 'As the API shows it: usr_, prv_ or crw_.';
COMMENT ON COLUMN privacy_exports.sealed IS 'A zip in AES-256-GCM under the key of its person.';

ALTER TABLE privacy_exports ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON privacy_exports TO vehicaid_app USING (true);

REVOKE ALL ON privacy_exports FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON privacy_exports TO vehicaid_app;
GRANT UPDATE (ready_at, size_bytes, sealed) ON privacy_exports TO vehicaid_app;
