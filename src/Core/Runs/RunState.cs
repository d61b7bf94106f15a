namespace MirroredInfluence;

/// <summary>Where a run is, in order; the last three are ends. Goes over the wire: numbers never change their meaning.</summary>
public enum RunState
{
    /// <summary>Submitted; nothing has begun.</summary>
    Waiting = 0,

    /// <summary>Files are read and cut into shards; counts files.</summary>
    Planning = 1,

    /// <summary>θ̂ → θ̃ of each query; counts queries.</summary>
    Ascending = 2,

    /// <summary>Counts training rows.</summary>
    Scoring = 3,

    /// <summary>Parts are merged and results written; counts shards.</summary>
    Reducing = 4,

    /// <summary>Counts training rows.</summary>
    Finished = 10,

    /// <summary>Counts what it counted last.</summary>
    Failed = 11,

    /// <summary>Counts what it counted last.</summary>
    Cancelled = 12,
}
