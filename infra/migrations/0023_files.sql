-- Uploaded files: whose they are, what they are, and with which key they were sealed; the sealed bytes lie in a folder or
-- behind an S3 API. Each file's key is sealed under its owner's key (0003), so that erasing the owner ends all of them,
-- copies in backups too. Runs with search_path = the cell's schema.

CREATE TABLE stored_files (
    tenant      text        NOT NULL,
    file_id     uuid        NOT NULL,
    owner_id    uuid        NOT NULL,
    media_type  text        NOT NULL,
    size_bytes  bigint      NOT NULL,
    sha256      text        NOT NULL,
    sealed_key  bytea       NOT NULL,
    uploaded_by text        NOT NULL,
    uploaded_at timestamptz NOT NULL,
    is_scanned  boolean     NOT NULL,
    is_there    boolean     NOT NULL DEFAULT false,
    CONSTRAINT stored_files_pkey PRIMARY KEY (tenant, file_id),
    CONSTRAINT stored_files_says_what_it_is CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')
        AND size_bytes > 0 AND length(sha256) = 64 AND length(uploaded_by) <= 100)
);
CREATE INDEX stored_files_owner_idx ON stored_files (tenant, owner_id);
-- What the sweep asks about.
CREATE INDEX stored_files_uploaded_idx ON stored_files (uploaded_at);
COMMENT ON TABLE stored_files IS 'Uploaded files by id; neither names nor contents, and no path that anybody typed.';
COMMENT ON COLUMN stored_files.owner_id IS 'The company or person under whose key it is sealed.';
COMMENT ON COLUMN stored_files.sha256 IS 'Of what is kept, before it was sealed.';
COMMENT ON COLUMN stored_files.sealed_key IS 'The key of this file, sealed under the owner''s.';
COMMENT ON COLUMN stored_files.is_there IS 'Whether the bytes are kept: until then it is on its way.';

ALTER TABLE stored_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON stored_files TO vehicaid_app USING (true);

REVOKE ALL ON stored_files FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON stored_files TO vehicaid_app;
GRANT UPDATE (media_type, size_bytes, sha256, sealed_key, uploaded_by, uploaded_at, is_scanned, is_there)
    ON stored_files TO vehicaid_app;
