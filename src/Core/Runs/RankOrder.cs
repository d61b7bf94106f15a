namespace MirroredInfluence;

public enum RankOrder
{
    /// <summary>Largest influence first: training on these rows lowers the query's loss.</summary>
    Proponents,

    /// <summary>Smallest influence first.</summary>
    Opponents,

    /// <summary>Largest |influence| first, what the authors' data-leakage notebook ranks by.</summary>
    Absolute,
}
