-- The seals over the log: runs of events hashed into Merkle trees, each chained to earlier ones.
-- The rules are those of domain/seal.py. The sealing routine computes every hash itself, from the rows: whoever calls
-- it decides when a segment ends, never what it says. Runs with search_path = the cell's schema; as in 0002, a routine
-- with the owner's rights looks nothing up there and names what it uses in full.

CREATE TABLE seals (
    segment        bigint      NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    leaf_count     int         NOT NULL,
    leaf_hashes    bytea       NOT NULL,
    merkle_root    bytea       NOT NULL,
    previous       bytea       NOT NULL,
    skip           bytea       NOT NULL,
    chain_hash     bytea       NOT NULL,
    sealed_at      timestamptz NOT NULL,
    format         int         NOT NULL DEFAULT 1,
    CONSTRAINT seals_pkey PRIMARY KEY (segment),
    CONSTRAINT seals_last_position_key UNIQUE (last_position),
    CONSTRAINT seals_is_dense CHECK (leaf_count = last_position - first_position + 1 AND leaf_count > 0
                                     AND octet_length(leaf_hashes) = 32 * leaf_count)
);
-- Hashes do not compress: do not try on every write.
ALTER TABLE seals ALTER COLUMN leaf_hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE seals IS 'Hashes over runs of events, chained: what the log said when it was sealed.';

CREATE FUNCTION seal_field(content bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(int4send(octet_length(content)) || content, '\xffffffff');

-- The root of a Merkle tree over leaf hashes in order: an odd node at the end of a level moves up as it is.
CREATE FUNCTION seal_merkle_root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    level bytea[] := leaves;
BEGIN
    WHILE cardinality(level) > 1 LOOP
        SELECT array_agg(CASE WHEN p.beside IS NULL THEN p.hash ELSE sha256('\x01'::bytea || p.hash || p.beside) END ORDER BY p.n)
          INTO level
          FROM (SELECT n, hash, lead(hash) OVER (ORDER BY n) AS beside FROM unnest(level) WITH ORDINALITY AS l (hash, n)) p
         WHERE p.n % 2 = 1;
    END LOOP;
    RETURN level[1];
END
$$;

-- Seal the next events: at most so many, and only when there are that many or the oldest is that old. Answers the new
-- segment, or nothing when it is too early. Whoever sees a seal sees a durable one: its commit waits for the flush,
-- and with it everything before it in the write-ahead log, the sealed events included.
DO $install$
BEGIN
EXECUTE replace($routine$
CREATE FUNCTION @cell.seal_next(at_most int, min_age interval)
RETURNS TABLE (segment bigint, first_position bigint, last_position bigint, sealed_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    size   CONSTANT int := least(greatest(at_most, 1), 65536);
    before @cell.seals%ROWTYPE;
    new    @cell.seals%ROWTYPE;
    oldest timestamptz;
    hashes bytea[];
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.seals'::regclass::oid::bigint);
    PERFORM set_config('synchronous_commit', 'on', true);
    SELECT * INTO before FROM @cell.seals s ORDER BY s.segment DESC LIMIT 1;
    new.segment := coalesce(before.segment, 0) + 1;
    new.first_position := coalesce(before.last_position, 0) + 1;
    SELECT max(e.position), min(e.recorded_at) INTO new.last_position, oldest
      FROM (SELECT e.position, e.recorded_at FROM @cell.events e WHERE e.position >= new.first_position
             ORDER BY e.position LIMIT size) e;
    IF new.last_position IS NULL
       OR (new.last_position - new.first_position + 1 < size AND oldest > clock_timestamp() - min_age) THEN
        RETURN;
    END IF;

    SELECT array_agg(sha256('\x00000c'::bytea
               || @cell.seal_field(int8send(e.position)) || @cell.seal_field(convert_to(e.tenant, 'UTF8'))
               || @cell.seal_field(uuid_send(e.stream_id)) || @cell.seal_field(int8send(e.version))
               || @cell.seal_field(convert_to(e.topic, 'UTF8')) || @cell.seal_field(e.payload)
               || @cell.seal_field(uuid_send(e.command_id)) || @cell.seal_field(uuid_send(e.correlation_id))
               || @cell.seal_field(uuid_send(e.causation_id)) || @cell.seal_field(convert_to(e.actor, 'UTF8'))
               || @cell.seal_field(timestamptz_send(e.occurred_at)) || @cell.seal_field(timestamptz_send(e.recorded_at))
           ) ORDER BY e.position)
      INTO hashes FROM @cell.events e WHERE e.position BETWEEN new.first_position AND new.last_position;
    new.leaf_count := new.last_position - new.first_position + 1;
    IF cardinality(hashes) <> new.leaf_count THEN
        RAISE EXCEPTION 'positions % to % hold % events: a gap is not sealed over',
            new.first_position, new.last_position, cardinality(hashes) USING ERRCODE = 'data_corrupted';
    END IF;

    new.leaf_hashes := (SELECT string_agg(h.hash, ''::bytea ORDER BY h.n) FROM unnest(hashes) WITH ORDINALITY AS h (hash, n));
    new.merkle_root := @cell.seal_merkle_root(hashes);
    new.previous := coalesce(before.chain_hash, decode(repeat('00', 32), 'hex'));
    new.skip := coalesce((SELECT s.chain_hash FROM @cell.seals s WHERE s.segment = new.segment & (new.segment - 1)),
                         decode(repeat('00', 32), 'hex'));
    new.sealed_at := clock_timestamp();
    new.format := 1;
    new.chain_hash := sha256('\x02'::bytea || int4send(new.format) || int8send(new.segment) || int8send(new.first_position)
        || int8send(new.last_position) || timestamptz_send(new.sealed_at) || new.merkle_root || new.previous || new.skip);
    INSERT INTO @cell.seals SELECT new.*;
    RETURN QUERY SELECT new.segment, new.first_position, new.last_position, new.sealed_at;
END
$$;
$routine$, '@cell', quote_ident(current_schema()));
END
$install$;

REVOKE ALL ON seals FROM PUBLIC;
GRANT SELECT ON seals TO vehicaid_app;
REVOKE ALL ON FUNCTION seal_next FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_next TO vehicaid_app;
