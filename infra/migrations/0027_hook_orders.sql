-- By which order a webhook was sent again, so that an order that is repeated sends nothing twice. Runs with
-- search_path = the cell's schema.

ALTER TABLE hook_messages ADD COLUMN replayed_by uuid;
COMMENT ON COLUMN hook_messages.replayed_by IS 'The last order that sent it again; the same order leaves it alone.';
GRANT UPDATE (replayed_by) ON hook_messages TO vehicaid_app;
