-- Where crews were: exact points, so personal data of crews. One partition per day; old days are dropped whole. The
-- log knows none of this but cells.

CREATE TABLE position_track (
    tenant      text             NOT NULL,
    shift_id    uuid             NOT NULL,
    taken_at    timestamptz      NOT NULL,
    received_at timestamptz      NOT NULL,
    lat         double precision NOT NULL CONSTRAINT position_track_lat CHECK (lat BETWEEN -90 AND 90),
    lng         double precision NOT NULL CONSTRAINT position_track_lng CHECK (lng BETWEEN -180 AND 180),
    accuracy_m  double precision NOT NULL CONSTRAINT position_track_accuracy CHECK (accuracy_m >= 0),
    speed_mps   double precision,
    heading_deg double precision,
    -- A crew is at one place at an instant: the same ping sent twice, or by two processes, is one row.
    CONSTRAINT position_track_pkey PRIMARY KEY (tenant, shift_id, taken_at)
) PARTITION BY RANGE (taken_at);
COMMENT ON TABLE position_track IS
    'Every believed position of every shift, by the instant it was taken. Dropped by the day; see docs/guides/positions.md.';
COMMENT ON COLUMN position_track.received_at IS 'When it came in; up to a quarter of an hour later.';

DO $install$
BEGIN
EXECUTE replace($routine$
-- Makes the partitions of yesterday, today and so many days ahead (UTC) that are not there yet; how many. A partition
-- is made beside the table and then attached, which lets readers and writers of the others go on.
CREATE FUNCTION @cell.position_track_make_days(ahead int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today CONSTANT date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    day   date;
    name  text;
    made  int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.position_track'::regclass::oid::bigint);
    FOR day IN SELECT today + n FROM generate_series(-1, least(greatest(ahead, 0), 60)) AS g (n) LOOP
        name := 'position_track_' || to_char(day, 'YYYYMMDD');
        IF to_regclass(format('@cell.%I', name)) IS NULL THEN
            EXECUTE format('CREATE TABLE @cell.%I (LIKE @cell.position_track INCLUDING ALL)', name);
            EXECUTE format('REVOKE ALL ON @cell.%I FROM PUBLIC', name);
            EXECUTE format('ALTER TABLE @cell.position_track ATTACH PARTITION @cell.%I FOR VALUES FROM (%L) TO (%L)',
                           name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$$;

-- Drops the days that ended longer ago than so many days; how many. Never today's or yesterday's.
CREATE FUNCTION @cell.position_track_drop_days(kept int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oldest CONSTANT text := to_char((clock_timestamp() AT TIME ZONE 'UTC')::date - greatest(kept, 1), 'YYYYMMDD');
    name   text;
    gone   int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock('@cell.position_track'::regclass::oid::bigint);
    -- Dropping waits for whoever reads, and everybody else would wait behind it.
    PERFORM set_config('lock_timeout', '2s', true);
    FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = '@cell.position_track'::regclass AND right(c.relname, 8) < oldest
                 ORDER BY c.relname LOOP
        EXECUTE format('DROP TABLE @cell.%I', name);
        gone := gone + 1;
    END LOOP;
    RETURN gone;
END
$$;
$routine$, '@cell', quote_ident(current_schema()));
END
$install$;

SELECT position_track_make_days(7);

ALTER TABLE position_track ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON position_track TO vehicaid_app USING (true);
CREATE POLICY own_tenant ON position_track TO vehicaid_reader USING (tenant = current_setting('vehicaid.tenant', true));

REVOKE ALL ON position_track FROM PUBLIC;
-- People who read with SQL have no business with exact points: nothing is granted to vehicaid_reader.
GRANT SELECT, INSERT, DELETE ON position_track TO vehicaid_app;
REVOKE ALL ON FUNCTION position_track_make_days, position_track_drop_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION position_track_make_days, position_track_drop_days TO vehicaid_app;
