-- The append-only log: one table of events, the receipts of the commands that wrote them, and the only way in.
-- Runs with search_path = the cell's schema. The application may create objects in that schema, so a function that acts
-- with the owner's rights must not look anything up there: a better matching function or operator of the application's
-- own would run with those rights. Such functions see pg_catalog only and name the cell's tables in full.

CREATE TABLE events (
    position       bigint      NOT NULL,
    tenant         text        NOT NULL,
    stream_id      uuid        NOT NULL,
    version        bigint      NOT NULL,
    topic          text        NOT NULL,
    payload        bytea       NOT NULL,
    command_id     uuid,
    correlation_id uuid,
    causation_id   uuid,
    actor          text        NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (position),
    CONSTRAINT events_stream_version_key UNIQUE (tenant, stream_id, version)
);
COMMENT ON TABLE events IS 'What happened, once and for ever. Positions are dense and in the order of commits.';

CREATE TABLE receipts (
    tenant      text        NOT NULL,
    command_id  uuid        NOT NULL,
    actor       text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    answer      bytea       NOT NULL,
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT receipts_pkey PRIMARY KEY (tenant, command_id)
);
COMMENT ON TABLE receipts IS 'The answer to every command, so that a repeated command gets the first answer again.';

CREATE TABLE snapshots (
    tenant    text        NOT NULL,
    stream_id uuid        NOT NULL,
    version   bigint      NOT NULL,
    topic     text        NOT NULL,
    payload   bytea       NOT NULL,
    taken_at  timestamptz NOT NULL,
    CONSTRAINT snapshots_pkey PRIMARY KEY (tenant, stream_id)
);
COMMENT ON TABLE snapshots IS 'A cache of long streams: throw it away and nothing is lost.';

CREATE TABLE tracking (
    application_name text   NOT NULL,
    notification_id  bigint NOT NULL,
    CONSTRAINT tracking_pkey PRIMARY KEY (application_name)
);
COMMENT ON TABLE tracking IS 'How far a process that writes events has read another log (the library''s process recorder).';

-- One batch of saves, each all or nothing, in one transaction that the caller commits.
-- heads_*: one entry per (save, stream) with the version that its first event shall have (NULL: at the end);
-- events_*: ordered by save; events_rank counts a save's events of one stream from 0; saves_through counts the batch's
-- events up to and including the save. Answers (fast): the head before the batch and the first version of each head.
-- Answers (careful, when any save is not simply valid): per save 0 stored, 1 version conflict, 2 done before, 3 key reused.
DO $install$
BEGIN
EXECUTE replace(replace($routine$
CREATE FUNCTION @cell.append_batch(
    careful boolean,
    heads_save int[], heads_tenant text[], heads_stream uuid[], heads_version bigint[],
    events_head int[], events_rank int[], events_tenant text[], events_stream uuid[], events_topic text[],
    events_payload bytea[], events_command uuid[], events_correlation uuid[], events_causation uuid[],
    events_actor text[], events_occurred timestamptz[],
    saves_through int[], saves_tenant text[], saves_command uuid[], saves_actor text[], saves_key text[],
    saves_fingerprint bytea[], saves_answer bytea[],
    OUT head bigint, OUT bases bigint[], OUT statuses int[], OUT firsts bigint[], OUT lasts bigint[],
    OUT answers bytea[], OUT actuals bigint[]
) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    valid     boolean;
    repeated  boolean;
    told      boolean;
    instant   timestamptz;
    tip       bigint;
    known     @cell.receipts%ROWTYPE;
    at_save   int;
    at_head   int;
    from_event int;
    to_event  int;
    current_version bigint;
    wanted    bigint;
    outcome   int;
    actual    bigint;
BEGIN
    -- Plans are kept, and were perhaps made when the tables were empty: each look-up is written so that it can only be
    -- one probe of an index (a subquery with LIMIT cannot become a join over the whole table), and never a scan.
    -- Written as a condition, which PL/pgSQL evaluates without a query of its own; likewise the notification below.
    -- Arrays are read by subscript, which is a plain look-up in PL/pgSQL: unnesting a dozen of them costs more than the insert.
    IF pg_advisory_xact_lock('@cell.events'::regclass::oid::bigint) IS NULL THEN
        RAISE EXCEPTION 'the order lock was not granted';
    END IF;
    instant := clock_timestamp();

    IF NOT careful THEN
        SELECT coalesce((SELECT e.position FROM @cell.events e ORDER BY e.position DESC LIMIT 1), 0),
               array_agg(coalesce(heads_version[h.n], h.current_version + 1, 1)),
               bool_and(heads_version[h.n] IS NULL
                        OR coalesce(heads_version[h.n] = h.current_version + 1, heads_version[h.n] IN (0, 1))),
               (SELECT bool_or((SELECT true FROM @cell.receipts r
                                 WHERE r.tenant = saves_tenant[s.n] AND r.command_id = saves_command[s.n] LIMIT 1))
                  FROM generate_series(1, cardinality(saves_command)) AS s (n))
          INTO head, bases, valid, repeated
          FROM (SELECT g.n, (SELECT e.version FROM @cell.events e
                              WHERE e.tenant = heads_tenant[g.n] AND e.stream_id = heads_stream[g.n]
                              ORDER BY e.version DESC LIMIT 1) AS current_version
                  FROM generate_series(1, cardinality(heads_save)) AS g (n)) h;
        IF coalesce(valid, true) AND repeated IS NOT TRUE THEN
            INSERT INTO @cell.events
            SELECT head + n, events_tenant[n], events_stream[n], bases[events_head[n]] + events_rank[n], events_topic[n],
                   events_payload[n], events_command[n], events_correlation[n], events_causation[n], events_actor[n],
                   events_occurred[n], instant
              FROM generate_series(1, cardinality(events_head)) AS g (n);
            INSERT INTO @cell.receipts
            SELECT saves_tenant[n], saves_command[n], saves_actor[n], saves_key[n], saves_fingerprint[n], saves_answer[n],
                   head + saves_through[n], instant
              FROM generate_series(1, cardinality(saves_command)) AS g (n)
             WHERE saves_command[n] IS NOT NULL;
            -- fault point: batch written
            IF cardinality(events_head) > 0 THEN
                told := pg_notify('@channel', '') IS NULL;
            END IF;
            RETURN;
        END IF;
    END IF;

    SELECT coalesce((SELECT e.position FROM @cell.events e ORDER BY e.position DESC LIMIT 1), 0) INTO head;
    tip := head;
    statuses := array_fill(NULL::int, ARRAY[cardinality(saves_through)]);
    firsts := array_fill(NULL::bigint, ARRAY[cardinality(saves_through)]);
    lasts := firsts;
    actuals := firsts;
    answers := array_fill(NULL::bytea, ARRAY[cardinality(saves_through)]);
    at_head := 1;
    from_event := 1;
    bases := array_fill(NULL::bigint, ARRAY[coalesce(cardinality(heads_save), 0)]);
    FOR at_save IN 1 .. cardinality(saves_through) LOOP
        to_event := saves_through[at_save];
        outcome := 0;
        actual := NULL;
        known := NULL;
        IF saves_command[at_save] IS NOT NULL THEN
            SELECT * INTO known FROM @cell.receipts r
             WHERE r.tenant = saves_tenant[at_save] AND r.command_id = saves_command[at_save];
            IF FOUND THEN
                outcome := CASE WHEN known.fingerprint = saves_fingerprint[at_save] THEN 2 ELSE 3 END;
            END IF;
        END IF;
        WHILE at_head <= cardinality(heads_save) AND heads_save[at_head] = at_save LOOP
            IF outcome = 0 THEN
                wanted := heads_version[at_head];
                SELECT e.version INTO current_version FROM @cell.events e
                 WHERE e.tenant = heads_tenant[at_head] AND e.stream_id = heads_stream[at_head]
                 ORDER BY e.version DESC LIMIT 1;
                IF NOT FOUND THEN
                    current_version := NULL;
                END IF;
                IF wanted IS NULL OR coalesce(wanted = current_version + 1, wanted IN (0, 1)) THEN
                    bases[at_head] := coalesce(wanted, current_version + 1, 1);
                ELSE
                    outcome := 1;
                    actual := coalesce(current_version, -1);
                    firsts[at_save] := at_head;
                END IF;
            END IF;
            at_head := at_head + 1;
        END LOOP;
        statuses[at_save] := outcome;
        actuals[at_save] := actual;
        answers[at_save] := known.answer;
        IF outcome = 0 THEN
            INSERT INTO @cell.events
            SELECT tip + 1 + n - from_event, events_tenant[n], events_stream[n], bases[events_head[n]] + events_rank[n],
                   events_topic[n], events_payload[n], events_command[n], events_correlation[n], events_causation[n],
                   events_actor[n], events_occurred[n], instant
              FROM generate_series(from_event, to_event) AS g (n);
            firsts[at_save] := tip + 1;
            tip := tip + (to_event - from_event + 1);
            lasts[at_save] := tip;
            IF saves_command[at_save] IS NOT NULL THEN
                INSERT INTO @cell.receipts VALUES (saves_tenant[at_save], saves_command[at_save], saves_actor[at_save],
                    saves_key[at_save], saves_fingerprint[at_save], saves_answer[at_save], tip, instant);
            END IF;
        ELSIF outcome > 1 THEN
            firsts[at_save] := known.position;
            lasts[at_save] := known.position;
        END IF;
        from_event := to_event + 1;
    END LOOP;
    -- fault point: saves written
    IF tip > head THEN
        PERFORM pg_notify('@channel', '');
    END IF;
END
$$;
$routine$, '@cell', quote_ident(current_schema())), '@channel', current_schema() || '_log');

-- Append, ordered and then durable: the order lock is given back before the flush is waited for, so that flushes of
-- many processes are shared. Runs with the caller's rights, outside a transaction block. Whatever it answers is durable:
-- the second commit waits for a WAL record that lies behind the first.
EXECUTE replace($routine$
CREATE PROCEDURE @cell.append(
    careful boolean,
    heads_save int[], heads_tenant text[], heads_stream uuid[], heads_version bigint[],
    events_head int[], events_rank int[], events_tenant text[], events_stream uuid[], events_topic text[],
    events_payload bytea[], events_command uuid[], events_correlation uuid[], events_causation uuid[],
    events_actor text[], events_occurred timestamptz[],
    saves_through int[], saves_tenant text[], saves_command uuid[], saves_actor text[], saves_key text[],
    saves_fingerprint bytea[], saves_answer bytea[],
    INOUT head bigint DEFAULT NULL, INOUT bases bigint[] DEFAULT NULL, INOUT statuses int[] DEFAULT NULL,
    INOUT firsts bigint[] DEFAULT NULL, INOUT lasts bigint[] DEFAULT NULL, INOUT answers bytea[] DEFAULT NULL,
    INOUT actuals bigint[] DEFAULT NULL
) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL synchronous_commit = off;
    SELECT b.head, b.bases, b.statuses, b.firsts, b.lasts, b.answers, b.actuals
      INTO head, bases, statuses, firsts, lasts, answers, actuals
      FROM @cell.append_batch(careful, heads_save, heads_tenant, heads_stream, heads_version, events_head, events_rank,
                        events_tenant, events_stream, events_topic, events_payload, events_command, events_correlation,
                        events_causation, events_actor, events_occurred, saves_through, saves_tenant, saves_command,
                        saves_actor, saves_key, saves_fingerprint, saves_answer) AS b;
    COMMIT;
    SET LOCAL synchronous_commit = on;
    PERFORM pg_catalog.pg_logical_emit_message(true, 'vehicaid', '');
END
$$;
$routine$, '@cell', quote_ident(current_schema()));

-- The same for a batch of one event, which is what a process with one command at a time sends: a third less work on
-- both sides. Where anything but "stored" is to be said it stores nothing and answers NULL: ask append, carefully.
EXECUTE replace(replace($routine$
CREATE FUNCTION @cell.append_one(
    event_tenant text, event_stream uuid, event_version bigint, event_topic text, event_payload bytea,
    event_command uuid, event_correlation uuid, event_causation uuid, event_actor text, event_occurred timestamptz,
    save_key text, save_fingerprint bytea, save_answer bytea, OUT stored_position bigint, OUT stored_version bigint
) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    current_version bigint;
    repeated        boolean;
    told            boolean;
    instant         timestamptz;
BEGIN
    IF pg_advisory_xact_lock('@cell.events'::regclass::oid::bigint) IS NULL THEN
        RAISE EXCEPTION 'the order lock was not granted';
    END IF;
    instant := clock_timestamp();
    SELECT coalesce((SELECT e.position FROM @cell.events e ORDER BY e.position DESC LIMIT 1), 0) + 1,
           (SELECT e.version FROM @cell.events e WHERE e.tenant = event_tenant AND e.stream_id = event_stream
             ORDER BY e.version DESC LIMIT 1),
           (SELECT true FROM @cell.receipts r WHERE r.tenant = event_tenant AND r.command_id = event_command LIMIT 1)
      INTO stored_position, current_version, repeated;
    stored_version := coalesce(event_version, current_version + 1, 1);
    IF repeated OR NOT (event_version IS NULL OR coalesce(event_version = current_version + 1, event_version IN (0, 1))) THEN
        stored_position := NULL;
        RETURN;
    END IF;
    INSERT INTO @cell.events VALUES (stored_position, event_tenant, event_stream, stored_version, event_topic,
        event_payload, event_command, event_correlation, event_causation, event_actor, event_occurred, instant);
    IF event_command IS NOT NULL THEN
        INSERT INTO @cell.receipts VALUES (event_tenant, event_command, event_actor, save_key, save_fingerprint,
            save_answer, stored_position, instant);
    END IF;
    -- fault point: event written
    told := pg_notify('@channel', '') IS NULL;
END
$$;
$routine$, '@cell', quote_ident(current_schema())), '@channel', current_schema() || '_log');

EXECUTE replace($routine$
CREATE PROCEDURE @cell.append_single(
    event_tenant text, event_stream uuid, event_version bigint, event_topic text, event_payload bytea,
    event_command uuid, event_correlation uuid, event_causation uuid, event_actor text, event_occurred timestamptz,
    save_key text, save_fingerprint bytea, save_answer bytea,
    INOUT stored_position bigint DEFAULT NULL, INOUT stored_version bigint DEFAULT NULL
) LANGUAGE plpgsql AS $$
DECLARE
    stored record;
BEGIN
    SET LOCAL synchronous_commit = off;
    stored := @cell.append_one(event_tenant, event_stream, event_version, event_topic, event_payload, event_command,
                               event_correlation, event_causation, event_actor, event_occurred, save_key,
                               save_fingerprint, save_answer);
    stored_position := stored.stored_position;
    stored_version := stored.stored_version;
    COMMIT;
    SET LOCAL synchronous_commit = on;
    PERFORM pg_catalog.pg_logical_emit_message(true, 'vehicaid', '');
END
$$;
$routine$, '@cell', quote_ident(current_schema()));
END
$install$;

CREATE FUNCTION put_snapshot(tenant text, stream_id uuid, version bigint, topic text, payload bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp BEGIN ATOMIC
    INSERT INTO snapshots AS s VALUES ($1, $2, $3, $4, $5, clock_timestamp())
    ON CONFLICT ON CONSTRAINT snapshots_pkey DO UPDATE
       SET version = excluded.version, topic = excluded.topic, payload = excluded.payload, taken_at = excluded.taken_at
     WHERE s.version < excluded.version OR s.topic <> excluded.topic;
END;

CREATE FUNCTION track(application_name text, notification_id bigint)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp BEGIN ATOMIC
    INSERT INTO tracking AS t VALUES ($1, $2)
    ON CONFLICT ON CONSTRAINT tracking_pkey DO UPDATE SET notification_id = excluded.notification_id
     WHERE t.notification_id < excluded.notification_id
    RETURNING true;
END;

-- Retention of receipts, a few times a day: it reads the table from its oldest end, for an index on the instant, even
-- a BRIN, would cost every append a fifth of its server time. Never younger than a day, so that a retry in flight always finds its answer.
CREATE FUNCTION purge_receipts(older_than interval, at_most int)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM receipts WHERE ctid IN (
            SELECT r.ctid FROM receipts r
             WHERE r.recorded_at < clock_timestamp() - greatest($1, interval '1 day') LIMIT $2)
        RETURNING 1)
    SELECT count(*) FROM gone;
END;

CREATE VIEW log WITH (security_invoker = true) AS
SELECT position, tenant, stream_id, version, topic, convert_from(payload, 'UTF8')::jsonb AS data, command_id,
       correlation_id, causation_id, actor, occurred_at, recorded_at
  FROM events;
COMMENT ON VIEW log IS 'The events with their payload as jsonb, for SQL users.';

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE snapshots ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON events TO vehicaid_app USING (true);
CREATE POLICY application ON receipts TO vehicaid_app USING (true);
CREATE POLICY application ON snapshots TO vehicaid_app USING (true);
CREATE POLICY own_tenant ON events TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));
CREATE POLICY own_tenant ON receipts TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));

REVOKE ALL ON events, receipts, snapshots, tracking, log FROM PUBLIC;
GRANT SELECT ON events, receipts, snapshots, tracking, log TO vehicaid_app;
GRANT SELECT ON events, log TO vehicaid_reader;
REVOKE ALL ON FUNCTION append_batch, append_one, put_snapshot, track, purge_receipts FROM PUBLIC;
REVOKE ALL ON PROCEDURE append, append_single FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_batch, append_one, put_snapshot, track, purge_receipts TO vehicaid_app;
GRANT EXECUTE ON PROCEDURE append, append_single TO vehicaid_app;
