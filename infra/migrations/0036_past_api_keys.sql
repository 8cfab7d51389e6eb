-- An order to rotate a key that is repeated long afterwards is to bring no secret back: every secret that a key had is known by
-- its digest, some few for each key.

ALTER TABLE api_keys ADD COLUMN digests_past bytea[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN api_keys.digests_past IS 'Of all secrets that others followed; none of them opens anything but digest_old for its while.';
UPDATE api_keys SET digests_past = ARRAY[digest_old] WHERE digest_old IS NOT NULL;
GRANT UPDATE (digests_past) ON api_keys TO vehicaid_app;
