-- What everybody may do on a fresh server, and an analyst must not: take the lock that orders the log, which is known to
-- whoever reads the catalog, and so stop every append; write into the write-ahead log; fill the disk with tables of a session.
-- The rights go to the roles that work with them. Only a superuser can take them away: elsewhere the owner of the server
-- is told to.

DO $$
DECLARE
    routine regprocedure;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RAISE NOTICE 'as a superuser, revoke pg_advisory_*, pg_try_advisory_* and pg_logical_emit_message from PUBLIC';
        RETURN;
    END IF;
    -- These rights are the database's, not the cell's: another cell may be changing them at this very moment.
    PERFORM pg_advisory_xact_lock(hashtextextended('vehicaid.catalog', 0));
    FOR routine IN
        SELECT oid::regprocedure FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname ~ '^pg_(try_)?advisory_' OR proname = 'pg_logical_emit_message')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO vehicaid_app', routine);
    END LOOP;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO vehicaid_app', current_database());
END
$$;
