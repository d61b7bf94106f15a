namespace MirroredInfluence.Engine;

/// <summary>Which of the workers of a run this is.</summary>
/// <param name="Index">0-based.</param>
/// <param name="Count">Workers that start the run; others may join with another count.</param>
public sealed record WorkerPlace(int Index, int Count)
{
    /// <summary>Between two signs of life. A worker that gives none for three of them counts as dead.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromSeconds(10);
}
