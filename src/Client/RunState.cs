namespace MirroredInfluence.Client;

/// <summary>Where a run is, in order; the last three are ends.</summary>
public enum RunState
{
    /// <summary>Submitted; nothing has begun.</summary>
    Waiting,

    /// <summary>Files are read and cut into shards; counts files.</summary>
    Planning,

    /// <summary>θ̂ → θ̃ of each query; counts queries.</summary>
    Ascending,

    /// <summary>Counts training rows.</summary>
    Scoring,

    /// <summary>Parts are merged and results written; counts shards.</summary>
    Reducing,

    /// <summary>Counts training rows.</summary>
    Finished,

    /// <summary>Counts what it counted last.</summary>
    Failed,

    /// <summary>Counts what it counted last.</summary>
    Cancelled,
}
