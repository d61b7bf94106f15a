namespace MirroredInfluence.Engine;

/// <summary>What a lane, or the whole worker, waits for.</summary>
internal enum WaitCause
{
    /// <summary>Training rows: opening their file and reading it.</summary>
    Rows,

    /// <summary>The cache of base losses.</summary>
    BaseLosses,

    /// <summary>Parts of earlier shards that are still being written.</summary>
    Commit,

    /// <summary>Other workers: asking the store what they do, and waiting for what they make.</summary>
    Workers,
}
