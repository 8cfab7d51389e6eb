-- An order to rotate a webhook's secret that is repeated long afterwards is to bring no secret back: every secret that a place
-- had is known by its digest, some few for each. And a place may get another address, or hear of other facts.

ALTER TABLE hook_endpoints ADD COLUMN digests_past bytea[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN hook_endpoints.digests_past IS 'Of all secrets that others followed; none of them signs anything but sealed_old for its while.';
GRANT UPDATE (digests_past, url, names) ON hook_endpoints TO vehicaid_app;
