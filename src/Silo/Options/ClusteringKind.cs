namespace MirroredInfluence.Silo;

/// <summary>How silos find each other.</summary>
internal enum ClusteringKind
{
    /// <summary>Silos of one machine; the membership is in the first one's memory and gone with it. For development.</summary>
    Localhost,

    /// <summary>A PostgreSQL database that every silo reaches.</summary>
    PostgreSql,

    /// <summary>A Redis server that every silo reaches.</summary>
    Redis,
}
