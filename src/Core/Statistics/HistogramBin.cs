namespace MirroredInfluence;

/// <summary>A bin that holds rows. Bins ascend with the influence.</summary>
public readonly record struct HistogramBin(int BinIndex, long Count)
{
    /// <summary>The smallest influence of the bin.</summary>
    public float Lower => InfluenceHistogram.LowerOf(BinIndex);

    /// <summary>The largest influence of the bin.</summary>
    public float Upper => InfluenceHistogram.UpperOf(BinIndex);
}
