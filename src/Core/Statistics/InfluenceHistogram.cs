namespace MirroredInfluence;

/// <summary>
/// Influence counted in 4,096 bins that no data choose: a bin is a float32's sign, exponent and top three mantissa bits, so bins are at most 12.5 % wide
/// and histograms always merge. Zero has the sign +. Counts are kept in pages, since the influence of one query spans few exponents.
/// </summary>
public sealed class InfluenceHistogram
{
    public const int BinCount = 4096;

    private const int DroppedBits = 20;
    private const int PageBins = 64;
    private const int FirstPositiveBin = BinCount / 2;

    private readonly long[]?[] _pages = new long[BinCount / PageBins][];

    /// <summary>Rows in all bins.</summary>
    public long Count { get; private set; }

    /// <summary>Bins that hold rows, ascending.</summary>
    public IEnumerable<HistogramBin> Bins
    {
        get
        {
            for (var bin = 0; bin < BinCount; bin++)
            {
                if (_pages[bin / PageBins] is not { } page)
                    bin += PageBins - 1;
                else if (page[bin % PageBins] != 0)
                    yield return new HistogramBin(bin, page[bin % PageBins]);
            }
        }
    }

    /// <summary>The bin of a value; ascends with it.</summary>
    public static int BinOf(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value + 0.0f);   // −0 + 0 = +0
        return bits >= 0 ? FirstPositiveBin + (bits >> DroppedBits) : FirstPositiveBin - 1 - ((bits & int.MaxValue) >> DroppedBits);
    }

    public static float LowerOf(int binIndex) => binIndex >= FirstPositiveBin ? Nearest(binIndex - FirstPositiveBin) : -Farthest(FirstPositiveBin - 1 - binIndex);

    public static float UpperOf(int binIndex) => binIndex >= FirstPositiveBin ? Farthest(binIndex - FirstPositiveBin) : -Nearest(FirstPositiveBin - 1 - binIndex);

    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public void Add(float value)
    {
        if (!float.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A histogram takes finite values.");
        Add(BinOf(value), 1);
    }

    /// <summary>Adds rows to a bin, as when a histogram is read back.</summary>
    public void Add(int binIndex, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var page = _pages[binIndex / PageBins] ??= new long[PageBins];
        page[binIndex % PageBins] += count;
        Count += count;
    }

    public void Merge(InfluenceHistogram other)
    {
        foreach (var bin in other.Bins)
            Add(bin.BinIndex, bin.Count);
    }

    /// <summary>A value that the share of rows is below, for plots: interpolated within its bin. 0 without rows.</summary>
    /// <param name="share">0 to 1.</param>
    public double Quantile(double share)
    {
        var rows = share * Count;
        var below = 0L;
        HistogramBin? last = null;
        foreach (var bin in Bins)
        {
            last = bin;
            if (below + bin.Count >= rows)
                return bin.Lower + ((bin.Upper - (double)bin.Lower) * Math.Max(0, rows - below) / bin.Count);
            below += bin.Count;
        }

        return last?.Upper ?? 0;
    }

    private static float Nearest(int magnitudeBin) => BitConverter.Int32BitsToSingle(magnitudeBin << DroppedBits);

    private static float Farthest(int magnitudeBin) => BitConverter.Int32BitsToSingle(((magnitudeBin + 1) << DroppedBits) - 1);
}
