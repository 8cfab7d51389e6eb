-- The analysts' way in: a schema of documented views, and a role that can read nothing else.
--
-- Who may see what: a view belongs to vehicaid_reader, so what lies under it is looked at with that role's rights, and
-- the rows of a tenant are chosen by the policies that it is subject to. Whoever asks holds rights on the views alone.
-- The views of read models follow the tables that the projector makes: see infra/analytics.
-- Runs with search_path = the cell's schema. A server may hold several cells: the schema is `analytics` for cell_main
-- and `analytics_` with the cell's name for any other, as infra/analytics/place.py has it.

DO $$
BEGIN
    -- Roles belong to the whole server: another cell may be making them at this very moment. Who makes it, sets it up.
    CREATE ROLE vehicaid_analyst LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20;
    -- A minute: longer than a dashboard's patience, short enough that a forgotten join does not warm the server all night.
    ALTER ROLE vehicaid_analyst SET statement_timeout = '60s';
    ALTER ROLE vehicaid_analyst SET idle_in_transaction_session_timeout = '60s';
    ALTER ROLE vehicaid_analyst SET default_transaction_read_only = on;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- Analysts of one tenant alone: a login of their own, a member of vehicaid_analyst, that stands here.
CREATE TABLE analyst_logins (
    login  text NOT NULL,
    tenant text NOT NULL,
    CONSTRAINT analyst_logins_pkey PRIMARY KEY (login)
);
COMMENT ON TABLE analyst_logins IS
    'Logins that may look at one tenant and no other. vehicaid_analyst itself may look at any, one at a time.';
REVOKE ALL ON analyst_logins FROM PUBLIC;

-- What the views look like now, so that they are made again only when they should look different.
CREATE TABLE analytics_views (
    name       text        NOT NULL,
    definition text        NOT NULL,
    shown_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT analytics_views_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE analytics_views IS 'Which views analysts have, and the SHA-256 of the statements that made each.';
REVOKE ALL ON analytics_views FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics_views TO vehicaid_app;

DO $install$
DECLARE
    cell  CONSTANT text := current_schema();
    views CONSTANT text := CASE cell WHEN 'cell_main' THEN 'analytics' ELSE 'analytics_' || cell END;
BEGIN
EXECUTE format('CREATE SCHEMA %I', views);
EXECUTE format('COMMENT ON SCHEMA %I IS %L', views,
    'What happened, for people who read with SQL. SET vehicaid.tenant first: without it there are no rows.');
EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', views);
EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO vehicaid_reader', views);
EXECUTE format('GRANT USAGE ON SCHEMA %I TO vehicaid_app, vehicaid_analyst', views);
EXECUTE format('GRANT SELECT ON %I.analyst_logins TO vehicaid_reader', cell);

-- Whose rows this session is shown: those of the tenant it has set, if it may. A login bound to a tenant may set no
-- other; one that is neither bound, nor vehicaid_analyst, nor able to act as the application, sees nothing.
EXECUTE replace(replace($routine$
CREATE FUNCTION @views.tenant() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN l.login IS NOT NULL THEN CASE WHEN l.tenant = current_setting('vehicaid.tenant', true) THEN l.tenant END
        WHEN session_user = 'vehicaid_analyst' OR pg_has_role(session_user, 'vehicaid_app', 'MEMBER')
            THEN nullif(current_setting('vehicaid.tenant', true), '')
    END
      FROM (VALUES (1)) AS one (n) LEFT JOIN @cell.analyst_logins l ON l.login = session_user;
END
$routine$, '@views', quote_ident(views)), '@cell', quote_ident(cell));

-- The projector makes views through this, with the rights of a role that can do less than its own: it can read, and
-- create in this schema. So the views belong to that role, and the application is nobody's member.
EXECUTE replace($routine$
CREATE FUNCTION @views.present(statements text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
$routine$, '@views', quote_ident(views));

EXECUTE format('COMMENT ON FUNCTION %I.tenant() IS %L', views, 'Whose rows this session is shown; null: nobody''s.');
EXECUTE format('COMMENT ON FUNCTION %I.present(text[]) IS %L', views, 'How the projector makes the views; not for analysts.');
EXECUTE format('REVOKE ALL ON FUNCTION %1$I.present(text[]), %1$I.tenant() FROM PUBLIC', views);
EXECUTE format('GRANT EXECUTE ON FUNCTION %I.present(text[]) TO vehicaid_app', views);
EXECUTE format('GRANT EXECUTE ON FUNCTION %I.tenant() TO vehicaid_analyst', views);
END
$install$;

-- An owner who is no superuser gives objects away only as a member of the role that gets them.
DO $$
DECLARE
    views CONSTANT text := CASE current_schema() WHEN 'cell_main' THEN 'analytics' ELSE 'analytics_' || current_schema() END;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT vehicaid_reader TO %I', current_user);
    END IF;
    EXECUTE format('ALTER FUNCTION %I.present(text[]) OWNER TO vehicaid_reader', views);
    EXECUTE format('ALTER FUNCTION %I.tenant() OWNER TO vehicaid_reader', views);
END
$$;
