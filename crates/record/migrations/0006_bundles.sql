-- Orders that were intended together are claimed together: whoever holds those that stand behind
-- another one is told that they are not to begin, and by whom.

ALTER TABLE orders ADD COLUMN withhold TEXT NOT NULL DEFAULT '';
