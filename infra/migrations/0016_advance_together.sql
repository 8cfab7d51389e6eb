-- Moves several generations on from one position to another, all of them or none, and tells who waits for any of them in
-- one notification: names between commas, a colon, the position.
CREATE FUNCTION projection_advance_together(of_names text[], of_generations bigint[], from_position bigint,
                                            to_position bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
BEGIN
    UPDATE projection_positions AS p
       SET position = to_position, updated_at = clock_timestamp(), halted = NULL
      FROM unnest(of_names, of_generations) AS g (name, generation)
     WHERE p.name = g.name AND p.generation = g.generation AND p.position = from_position AND p.active;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(of_names) THEN
        RAISE EXCEPTION 'some of % are no longer ours at position %', of_names, from_position USING ERRCODE = 'VA001';
    END IF;
    PERFORM pg_notify(current_schema() || '_projected', array_to_string(of_names, ',') || ':' || to_position);
END
$$;
REVOKE ALL ON FUNCTION projection_advance_together FROM PUBLIC;
GRANT EXECUTE ON FUNCTION projection_advance_together TO vehicaid_app;
