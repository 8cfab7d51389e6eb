-- Which of a company's crew a driver's session speaks for: their tokens name it, and reach its shifts and no others.

ALTER TABLE sessions ADD COLUMN crew_id uuid;
COMMENT ON COLUMN sessions.crew_id IS 'Of a driver: the crew member whose account signed in, when one was linked.';
