-- Who of a partner's members is which person: found by the number they are called at, which is nowhere in it. The index is
-- bound to the partner, so that no partner learns whom another knows, or who has an account.

CREATE TABLE partner_members (
    tenant      text        NOT NULL,
    partner_id  uuid        NOT NULL,
    blind_index bytea       NOT NULL,
    person_id   uuid        NOT NULL,
    known_since timestamptz NOT NULL,
    CONSTRAINT partner_members_pkey PRIMARY KEY (tenant, partner_id, blind_index),
    CONSTRAINT partner_members_index CHECK (length(blind_index) = 32)
);
CREATE INDEX partner_members_person_idx ON partner_members (tenant, person_id);
COMMENT ON TABLE partner_members IS 'Members of partners by the keyed hash of their number: the same number is the same person.';

ALTER TABLE partner_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON partner_members TO vehicaid_app USING (true);

REVOKE ALL ON partner_members FROM PUBLIC;
-- People who read with SQL have no business here: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON partner_members TO vehicaid_app;
