-- What Orleans' relational membership (ADO.NET provider) asks of a database: rows of OrleansQuery, whose statements take parameters and give columns by the names
-- it knows. Made once, unless there is a table OrleansQuery.
CREATE TABLE mirrored_membership (cluster varchar(150) PRIMARY KEY, version integer NOT NULL);

CREATE TABLE mirrored_silo (
    cluster       varchar(150) NOT NULL REFERENCES mirrored_membership,
    address       varchar(45)  NOT NULL,
    port          integer      NOT NULL,
    generation    integer      NOT NULL,
    name          varchar(150) NOT NULL,
    host          varchar(150) NOT NULL,
    status        integer      NOT NULL,
    gateway_port  integer,
    suspect_times text,
    started_at    timestamptz  NOT NULL,
    alive_at      timestamptz  NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL);

-- A change counts only if the version is still the one that was read: of two at once, the row lock lets one through.
INSERT INTO OrleansQuery VALUES
('InsertMembershipVersionKey', '
    WITH made AS (INSERT INTO mirrored_membership VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM made'),
('InsertMembershipKey', '
    WITH turn AS (UPDATE mirrored_membership SET version = version + 1 WHERE cluster = @DeploymentId AND version = @Version
                  AND NOT EXISTS (SELECT FROM mirrored_silo WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
                  RETURNING cluster),
         made AS (INSERT INTO mirrored_silo
                  SELECT cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, NULL, @StartTime, @IAmAliveTime FROM turn RETURNING 1)
    SELECT count(*)::integer FROM made'),
('UpdateMembershipKey', '
    WITH turn AS (UPDATE mirrored_membership SET version = version + 1 WHERE cluster = @DeploymentId AND version = @Version
                  AND EXISTS (SELECT FROM mirrored_silo WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
                  RETURNING cluster),
         made AS (UPDATE mirrored_silo s SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime FROM turn
                  WHERE s.cluster = turn.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation RETURNING 1)
    SELECT count(*)::integer FROM made'),
('UpdateIAmAlivetimeKey', '
    UPDATE mirrored_silo SET alive_at = @IAmAliveTime WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation'),
('MembershipReadRowKey', '
    SELECT m.cluster AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
           s.gateway_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, m.version AS Version
    FROM mirrored_membership m LEFT JOIN mirrored_silo s ON s.cluster = m.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE m.cluster = @DeploymentId'),
('MembershipReadAllKey', '
    SELECT m.cluster AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
           s.gateway_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, m.version AS Version
    FROM mirrored_membership m LEFT JOIN mirrored_silo s USING (cluster)
    WHERE m.cluster = @DeploymentId'),
('GatewaysQueryKey', '
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation FROM mirrored_silo WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0'),
('CleanupDefunctSiloEntriesKey', 'DELETE FROM mirrored_silo WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3'),
('DeleteMembershipTableEntriesKey', '
    DELETE FROM mirrored_silo WHERE cluster = @DeploymentId;
    DELETE FROM mirrored_membership WHERE cluster = @DeploymentId');
