-- What passed the door out, or was refused there. A request has a row for its beginning, whose `request` is its own number,
-- and one for its end; what was refused has one. `hash` is over the row and the hash before it (see `DatabaseLedger`).
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    request INTEGER NOT NULL,
    time TEXT NOT NULL,
    host TEXT NOT NULL,
    reason TEXT NOT NULL,
    destination TEXT NOT NULL,
    outcome TEXT NOT NULL,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX ledger_requests ON ledger (request);

-- How many rows there are and the newest one's hash, apart from them: so the end can't be cut off unseen.
CREATE TABLE ledger_end (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO ledger_end VALUES (1, 0, '');
