-- Where history was lost, somebody may have begun what the record that was found again knows as new: whoever
-- claims it is told so, and it is not taken back as if nobody had had it.

ALTER TABLE orders ADD COLUMN perhaps_begun BIGINT NOT NULL DEFAULT 0;

-- Whoever begins to lead calls back first what must not begin any more, and then lets the rest be claimed.

ALTER TABLE deployments ADD COLUMN claimable BIGINT NOT NULL DEFAULT 0;
