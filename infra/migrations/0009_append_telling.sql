-- What a command tells of a person and the event that refers to it, in one transaction: where the personal store is in
-- the cell's own database, one call keeps both or neither. Runs with the caller's rights, like append: the application
-- may insert personal records itself, and events only through append_batch.

DO $install$
BEGIN
EXECUTE replace($routine$
CREATE PROCEDURE @cell.append_telling(
    keys_tenant text[], keys_person uuid[], keys_id uuid[], keys_wrapped bytea[], keys_kek text[],
    told_tenant text[], told_person uuid[], told_key uuid[], told_record uuid[], told_kind text[], told_nonce bytea[],
    told_ciphertext bytea[], told_command uuid[],
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
DECLARE
    kept bigint;
BEGIN
    SET LOCAL synchronous_commit = off;
    -- Before the order lock, so that whoever waits for a person's row here delays nobody else's append.
    IF cardinality(keys_id) > 0 THEN
        INSERT INTO @cell.personal_keys (tenant, person_id, key_id, wrapped_key, kek_id)
        SELECT keys_tenant[n], keys_person[n], keys_id[n], keys_wrapped[n], keys_kek[n]
          FROM generate_series(1, cardinality(keys_id)) AS g (n)
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS kept = ROW_COUNT;
    END IF;
    IF cardinality(keys_id) = 0 OR kept = cardinality(keys_id) THEN
        INSERT INTO @cell.personal_records (tenant, record_id, person_id, key_id, kind, nonce, ciphertext, command_id)
        SELECT told_tenant[n], told_record[n], told_person[n], told_key[n], told_kind[n], told_nonce[n],
               told_ciphertext[n], told_command[n]
          FROM generate_series(1, cardinality(told_record)) AS g (n)
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS kept = ROW_COUNT;
        IF kept = cardinality(told_record) THEN
            SELECT b.head, b.bases, b.statuses, b.firsts, b.lasts, b.answers, b.actuals
              INTO head, bases, statuses, firsts, lasts, answers, actuals
              FROM @cell.append_batch(careful, heads_save, heads_tenant, heads_stream, heads_version, events_head,
                                events_rank, events_tenant, events_stream, events_topic, events_payload, events_command,
                                events_correlation, events_causation, events_actor, events_occurred, saves_through,
                                saves_tenant, saves_command, saves_actor, saves_key, saves_fingerprint, saves_answer) AS b;
            COMMIT;
            SET LOCAL synchronous_commit = on;
            PERFORM pg_catalog.pg_logical_emit_message(true, 'vehicaid', '');
            RETURN;
        END IF;
    END IF;
    -- Somebody knows one of these persons or records already: nothing is kept and the head is NULL. Ask record by record.
    ROLLBACK;
    head := NULL;
END
$$;
$routine$, '@cell', quote_ident(current_schema()));
END
$install$;

REVOKE ALL ON PROCEDURE append_telling FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE append_telling TO vehicaid_app;
