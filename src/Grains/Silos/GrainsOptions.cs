namespace MirroredInfluence.Grains;

/// <summary>What the grains of a silo need to know.</summary>
public sealed class GrainsOptions
{
    /// <summary>A folder or store that every silo reaches, for the ledger of submitted runs.</summary>
    public string Ledger { get; set; } = "";

    /// <summary>Devices, lanes and cache of this silo, in place of those of a run's spec. Null: it has no lanes, and coordinates only.</summary>
    public ComputeSpec? Lanes { get; set; } = new();

    /// <summary>Between two signs of life. Who gives none for three of them counts as dead.</summary>
    public TimeSpan BeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    internal TimeSpan Silence => 3 * BeatInterval;

    /// <summary>Before a silo that could not go on with a run is asked again.</summary>
    internal TimeSpan Rest => 30 * BeatInterval;
}
