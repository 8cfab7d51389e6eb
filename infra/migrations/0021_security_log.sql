-- Who came in, who was refused, who looked at a person: a log beside the log, sealed by the same rules (0004), so that
-- a flood of refusals cannot grow the log of events. Runs with search_path = the cell's schema; as there, a routine with
-- the owner's rights looks nothing up there and names what it uses in full. The application adds rows through one
-- routine, which gives out positions, and removes none but by another, which takes sealed segments that are old.

CREATE TABLE security_log (
    position       bigint      NOT NULL,
    note_id        uuid        NOT NULL,
    tenant         text        NOT NULL,
    at             timestamptz NOT NULL,
    kind           text        NOT NULL,
    actor          text        NOT NULL,
    operation      text        NOT NULL,
    object_id      text        NOT NULL,
    detail         text        NOT NULL,
    address        bytea       NOT NULL,
    correlation_id uuid,
    times          bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT security_log_pkey PRIMARY KEY (position),
    CONSTRAINT security_log_note_id_key UNIQUE (note_id),
    CONSTRAINT security_log_times CHECK (times > 0),
    CONSTRAINT security_log_words CHECK (length(tenant) <= 64 AND length(kind) <= 40 AND length(actor) <= 100
        AND length(operation) <= 80 AND length(object_id) <= 64 AND length(detail) <= 60 AND octet_length(address) <= 16)
);
CREATE INDEX security_log_tenant_idx ON security_log (tenant, position);
CREATE INDEX security_log_kind_idx ON security_log (tenant, kind, position);
CREATE INDEX security_log_actor_idx ON security_log (tenant, actor, position);
COMMENT ON TABLE security_log IS 'What no command tells: sign-ins, refusals, views. Ids and codes only; positions are dense.';
COMMENT ON COLUMN security_log.note_id IS 'Given by whoever noted it: a batch that is written twice is there once.';
COMMENT ON COLUMN security_log.address IS 'Keyed hash of where it came from; empty where nobody knows.';
COMMENT ON COLUMN security_log.times IS 'How often the same happened within a minute; the first of them has a row of its own.';

CREATE TABLE security_seals (
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
    removed_at     timestamptz,
    CONSTRAINT security_seals_pkey PRIMARY KEY (segment),
    CONSTRAINT security_seals_last_position_key UNIQUE (last_position),
    CONSTRAINT security_seals_is_dense CHECK (leaf_count = last_position - first_position + 1 AND leaf_count > 0
        AND octet_length(leaf_hashes) = CASE WHEN removed_at IS NULL THEN 32 * leaf_count ELSE 0 END)
);
ALTER TABLE security_seals ALTER COLUMN leaf_hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE security_seals IS 'Hashes over runs of the security log, chained; kept when the rows are removed.';
COMMENT ON COLUMN security_seals.removed_at IS 'When the rows of this segment went, their time being over.';

DO $install$
BEGIN
EXECUTE replace($routine$
CREATE FUNCTION @cell.note_security(
    note_ids uuid[], tenants text[], ats timestamptz[], kinds text[], actors text[], operations text[],
    object_ids text[], details text[], addresses bytea[], correlations uuid[], counts bigint[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head    bigint;
    written bigint;
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.security_log'::regclass::oid::bigint);
    -- The newest rows may be removed one day: their positions are not given out again.
    SELECT greatest((SELECT coalesce(max(l.position), 0) FROM @cell.security_log l),
                    (SELECT coalesce(max(s.last_position), 0) FROM @cell.security_seals s)) INTO head;
    INSERT INTO @cell.security_log
    SELECT head + row_number() OVER (ORDER BY n.nth), n.note_id, n.tenant, n.at, n.kind, n.actor, n.operation,
           n.object_id, n.detail, n.address, n.correlation_id, n.times, clock_timestamp()
      FROM unnest(note_ids, tenants, ats, kinds, actors, operations, object_ids, details, addresses, correlations, counts)
           WITH ORDINALITY AS n (note_id, tenant, at, kind, actor, operation, object_id, detail, address,
                                 correlation_id, times, nth)
     WHERE NOT EXISTS (SELECT FROM @cell.security_log k WHERE k.note_id = n.note_id);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- As seal_next (0004), over the rows of this log: the first field is the position, times and instants have eight bytes.
CREATE FUNCTION @cell.seal_security_next(at_most int, min_age interval)
RETURNS TABLE (segment bigint, first_position bigint, last_position bigint, sealed_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    size   CONSTANT int := least(greatest(at_most, 1), 65536);
    before @cell.security_seals%ROWTYPE;
    new    @cell.security_seals%ROWTYPE;
    oldest timestamptz;
    hashes bytea[];
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.security_seals'::regclass::oid::bigint);
    PERFORM set_config('synchronous_commit', 'on', true);
    SELECT * INTO before FROM @cell.security_seals s ORDER BY s.segment DESC LIMIT 1;
    new.segment := coalesce(before.segment, 0) + 1;
    new.first_position := coalesce(before.last_position, 0) + 1;
    SELECT max(e.position), min(e.recorded_at) INTO new.last_position, oldest
      FROM (SELECT e.position, e.recorded_at FROM @cell.security_log e WHERE e.position >= new.first_position
             ORDER BY e.position LIMIT size) e;
    IF new.last_position IS NULL
       OR (new.last_position - new.first_position + 1 < size AND oldest > clock_timestamp() - min_age) THEN
        RETURN;
    END IF;

    SELECT array_agg(sha256('\x00000d'::bytea
               || @cell.seal_field(int8send(e.position)) || @cell.seal_field(uuid_send(e.note_id))
               || @cell.seal_field(convert_to(e.tenant, 'UTF8')) || @cell.seal_field(timestamptz_send(e.at))
               || @cell.seal_field(convert_to(e.kind, 'UTF8')) || @cell.seal_field(convert_to(e.actor, 'UTF8'))
               || @cell.seal_field(convert_to(e.operation, 'UTF8')) || @cell.seal_field(convert_to(e.object_id, 'UTF8'))
               || @cell.seal_field(convert_to(e.detail, 'UTF8')) || @cell.seal_field(e.address)
               || @cell.seal_field(uuid_send(e.correlation_id)) || @cell.seal_field(int8send(e.times))
               || @cell.seal_field(timestamptz_send(e.recorded_at))
           ) ORDER BY e.position)
      INTO hashes FROM @cell.security_log e WHERE e.position BETWEEN new.first_position AND new.last_position;
    new.leaf_count := new.last_position - new.first_position + 1;
    IF cardinality(hashes) <> new.leaf_count THEN
        RAISE EXCEPTION 'positions % to % of the security log hold % rows: a gap is not sealed over',
            new.first_position, new.last_position, cardinality(hashes) USING ERRCODE = 'data_corrupted';
    END IF;

    new.leaf_hashes := (SELECT string_agg(h.hash, ''::bytea ORDER BY h.n) FROM unnest(hashes) WITH ORDINALITY AS h (hash, n));
    new.merkle_root := @cell.seal_merkle_root(hashes);
    new.previous := coalesce(before.chain_hash, decode(repeat('00', 32), 'hex'));
    new.skip := coalesce((SELECT s.chain_hash FROM @cell.security_seals s WHERE s.segment = new.segment & (new.segment - 1)),
                         decode(repeat('00', 32), 'hex'));
    new.sealed_at := clock_timestamp();
    new.format := 1;
    new.chain_hash := sha256('\x02'::bytea || int4send(new.format) || int8send(new.segment) || int8send(new.first_position)
        || int8send(new.last_position) || timestamptz_send(new.sealed_at) || new.merkle_root || new.previous || new.skip);
    INSERT INTO @cell.security_seals SELECT new.*;
    RETURN QUERY SELECT new.segment, new.first_position, new.last_position, new.sealed_at;
END
$$;

-- Remove the rows of the oldest segments that are older than that, and than thirty days in any case; their seals stay,
-- so the chain can still be followed from its beginning. Answers how many rows went.
CREATE FUNCTION @cell.purge_security(older_than interval, at_most int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    victim  @cell.security_seals%ROWTYPE;
    removed bigint := 0;
    gone    bigint;
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.security_seals'::regclass::oid::bigint);
    FOR victim IN SELECT * FROM @cell.security_seals s WHERE s.removed_at IS NULL ORDER BY s.segment
                   LIMIT least(greatest(at_most, 1), 1000) LOOP
        EXIT WHEN victim.sealed_at > clock_timestamp() - greatest(older_than, interval '30 days');
        DELETE FROM @cell.security_log l WHERE l.position BETWEEN victim.first_position AND victim.last_position;
        GET DIAGNOSTICS gone = ROW_COUNT;
        UPDATE @cell.security_seals s SET leaf_hashes = '', removed_at = clock_timestamp() WHERE s.segment = victim.segment;
        removed := removed + gone;
    END LOOP;
    RETURN removed;
END
$$;
$routine$, '@cell', quote_ident(current_schema()));
END
$install$;

ALTER TABLE security_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE security_seals ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON security_log TO vehicaid_app USING (true);
CREATE POLICY application ON security_seals TO vehicaid_app USING (true);
CREATE POLICY own_tenant ON security_log TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));

REVOKE ALL ON security_log, security_seals FROM PUBLIC;
REVOKE ALL ON FUNCTION note_security, seal_security_next, purge_security FROM PUBLIC;
-- People who read with SQL have no business with who was refused what: nothing is granted to vehicaid_reader.
GRANT SELECT ON security_log, security_seals TO vehicaid_app;
GRANT EXECUTE ON FUNCTION note_security, seal_security_next, purge_security TO vehicaid_app;
