-- Who may come in: the application's own role and the role of people who read with SQL.
-- The runner has made the schema and set the search path to it; every name below is unqualified on purpose.

DO $$
BEGIN
    -- Roles belong to the whole server: another cell may be making them at this very moment.
    BEGIN
        CREATE ROLE vehicaid_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    BEGIN
        CREATE ROLE vehicaid_reader NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
END
$$;

-- An owner who is no superuser can act as the application only when it is a member.
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'vehicaid_app', 'MEMBER') THEN
        EXECUTE format('GRANT vehicaid_app TO %I', current_user);
    END IF;
END
$$;

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
    -- CREATE, because the projector builds and swaps read-model tables of its own.
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO vehicaid_app', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO vehicaid_reader', current_schema());
END
$$;

GRANT SELECT ON schema_migrations TO vehicaid_app;
