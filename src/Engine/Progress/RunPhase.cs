namespace MirroredInfluence.Engine;

/// <summary>What a run is doing, in order.</summary>
public enum RunPhase
{
    /// <summary>Reading and digesting files; counts files.</summary>
    Planning,

    /// <summary>θ̂ → θ̃ of each query; counts queries.</summary>
    Ascending,

    /// <summary>Counts training rows.</summary>
    Scoring,

    /// <summary>Merging parts; counts shards.</summary>
    Reducing,
}
