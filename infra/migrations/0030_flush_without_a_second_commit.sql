-- What makes an append durable before its answer: where PostgreSQL can flush behind a message by itself (17 and newer),
-- the message needs no transaction, so that an append costs one transaction id and one commit instead of two. Such a
-- flush waits for this server alone: where standbys have to confirm, it stays a commit, looked at with every append.
DO $install$
DECLARE
    by_commit CONSTANT text := 'SET LOCAL synchronous_commit = on;\s+'
        'PERFORM pg_catalog\.pg_logical_emit_message\(true, ''vehicaid'', ''''\);';
    by_flush  CONSTANT text := $flush$IF pg_catalog.current_setting('synchronous_standby_names') <> '' THEN
        SET LOCAL synchronous_commit = on;
        PERFORM pg_catalog.pg_logical_emit_message(true, 'vehicaid', '');
    ELSIF pg_catalog.pg_logical_emit_message(false, 'vehicaid', '', true) IS NULL THEN
        RAISE EXCEPTION 'nothing was flushed';
    END IF;$flush$;
    routine   record;
    flushing  bigint;
BEGIN
    IF current_setting('server_version_num')::int < 170000 THEN
        RETURN;
    END IF;
    FOR routine IN
        SELECT pg_get_functiondef(p.oid) AS told
          FROM pg_proc AS p
         WHERE p.pronamespace = current_schema()::regnamespace
           AND p.proname IN ('append', 'append_single', 'append_telling') AND strpos(p.prosrc, by_flush) = 0
    LOOP
        EXECUTE regexp_replace(routine.told, by_commit, by_flush);
    END LOOP;
    SELECT count(*) INTO flushing FROM pg_proc AS p
     WHERE p.pronamespace = current_schema()::regnamespace AND strpos(p.prosrc, by_flush) > 0;
    IF flushing <> 3 THEN
        RAISE EXCEPTION '% of 3 routines that append flush by themselves', flushing;
    END IF;
END
$install$;
