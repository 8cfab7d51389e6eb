-- Read models: which generation of each is served, how far it has come, and which streams it had to park.
-- The tables of the rows are made by the projector itself, from the row types: see infra/projections.

CREATE TABLE projection_positions (
    name          text        NOT NULL,
    generation    bigint      NOT NULL,
    position      bigint      NOT NULL,
    active        boolean     NOT NULL,
    built         boolean     NOT NULL,  -- false while it is being built: not fit to be served, dropped when found
    model_version int         NOT NULL,
    halted        text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT projection_positions_pkey PRIMARY KEY (name, generation)
) WITH (fillfactor = 10);  -- updated at every batch: room for the new version of a row on the same page
CREATE UNIQUE INDEX projection_positions_active_key ON projection_positions (name) WHERE active;
COMMENT ON TABLE projection_positions IS
    'One row per generation of a read model; the active one is what the view of that name shows.';

CREATE TABLE projection_parked (
    name          text        NOT NULL,
    generation    bigint      NOT NULL,
    tenant        text        NOT NULL,
    stream_id     uuid        NOT NULL,
    from_position bigint      NOT NULL,
    error         text        NOT NULL,
    parked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT projection_parked_pkey PRIMARY KEY (name, generation, tenant, stream_id)
);
COMMENT ON TABLE projection_parked IS
    'Streams a read model could not go on with, from which event on, and why. A rebuild tries them again.';

-- Moves a generation on, and tells who waits for it. Fails unless it stands exactly where the caller believes it to
-- stand: a projector that was frozen while another took over changes nothing, since this stands in the transaction of
-- its rows.
CREATE FUNCTION projection_advance(of_name text, of_generation bigint, from_position bigint, to_position bigint,
                                   while_active boolean)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projection_positions AS p
       SET position = to_position, updated_at = clock_timestamp(), halted = NULL
     WHERE p.name = of_name AND p.generation = of_generation AND p.position = from_position AND p.active = while_active;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no longer ours at position %', of_name, from_position USING ERRCODE = 'VA001';
    END IF;
    IF while_active THEN
        PERFORM pg_notify(current_schema() || '_projected', of_name || ':' || to_position);
    END IF;
END
$$;

REVOKE ALL ON projection_positions, projection_parked FROM PUBLIC;
REVOKE ALL ON FUNCTION projection_advance FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON projection_positions, projection_parked TO vehicaid_app;
GRANT EXECUTE ON FUNCTION projection_advance TO vehicaid_app;
GRANT SELECT ON projection_positions TO vehicaid_reader;
