CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (
  sequence INTEGER PRIMARY KEY,
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  key TEXT NOT NULL,
  parent_entity TEXT,
  parent_id TEXT,
  position INTEGER NOT NULL,
  priority INTEGER NOT NULL,      -- place in the entity's list of extracts; the lowest wins
  digest TEXT NOT NULL,
  updated TEXT,
  generation INTEGER NOT NULL,
  data BLOB,                      -- zlib JSON; NULL: derived again from the parent's data. Behind all else, which is
                                  -- read without it: what lies behind a large value costs the reading of its pages
  UNIQUE (entity, id)
);
-- In the order of ``sequence``, as every index is at its end. The condition keeps it from queries that do not walk.
CREATE INDEX IF NOT EXISTS record_in_turn ON record (entity) WHERE generation >= 0;
CREATE INDEX IF NOT EXISTS record_parent ON record (entity, parent_id);
CREATE INDEX IF NOT EXISTS record_below ON record (parent_entity, parent_id) WHERE parent_entity IS NOT NULL;
CREATE TABLE IF NOT EXISTS alias (
  entity TEXT NOT NULL, alias TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (entity, alias, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slice (
  entity TEXT NOT NULL, priority INTEGER NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
  cursor TEXT, done INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL DEFAULT 0, expected INTEGER,
  PRIMARY KEY (entity, priority, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (  -- a slice within a divided one
  entity TEXT NOT NULL, priority INTEGER NOT NULL, whole TEXT NOT NULL, name TEXT NOT NULL,
  generation INTEGER NOT NULL, place INTEGER NOT NULL,
  cursor TEXT, done INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL DEFAULT 0, expected INTEGER,
  PRIMARY KEY (entity, priority, whole, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS read_from (  -- the slice that gave a record
  entity TEXT NOT NULL, id TEXT NOT NULL, priority INTEGER NOT NULL, slice TEXT NOT NULL,
  PRIMARY KEY (entity, id, priority)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS differs (  -- what is not as the last complete reading found it
  entity TEXT NOT NULL, id TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS disputed (  -- records whose children another record claimed in a later reading
  entity TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS earlier (  -- what the reading before held of what this one has read
  entity TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, priority INTEGER NOT NULL,
  PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unreturned (
  entity TEXT NOT NULL, parent_entity TEXT NOT NULL, parent_id TEXT NOT NULL, parent_key TEXT NOT NULL,
  count INTEGER NOT NULL, generation INTEGER NOT NULL,
  PRIMARY KEY (entity, parent_entity, parent_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tree (
  id TEXT PRIMARY KEY, parent TEXT, valued INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tree_parent ON tree (parent);
CREATE TABLE IF NOT EXISTS found (
  entity TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (entity, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS problem (
  sequence INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  body TEXT NOT NULL              -- JSON: what a person should know of the reading
);
CREATE TABLE IF NOT EXISTS skip (  -- records that their mapping leaves out, by themselves
  entity TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
  body TEXT NOT NULL,             -- JSON: why
  PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact_of (
  entity TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact (  -- what a record says to a rule across items, or why it can say nothing
  entity TEXT NOT NULL, rule TEXT NOT NULL, failed INTEGER NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (entity, rule, failed, value, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fact_id ON fact (entity, id);
CREATE TABLE IF NOT EXISTS broken (
  entity TEXT NOT NULL, id TEXT NOT NULL, rule TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL,
  first TEXT NOT NULL, failed INTEGER NOT NULL,
  PRIMARY KEY (entity, id, rule)
) WITHOUT ROWID;
