namespace MirroredInfluence.Report;

/// <summary>Which rows' pictures go into the page: those of test rows first, then rank by rank, until the page would grow too large for a browser.</summary>
internal sealed class PictureBudget
{
    /// <summary>Of one picture; a larger one is left out.</summary>
    private const long PictureBytesMax = 2 << 20;

    public const long AllBytesMax = 32 << 20;

    private readonly bool[] _isChosen;      // shape [row of the page]

    private PictureBudget(bool[] isChosen, string[] notes)
    {
        _isChosen = isChosen;
        Notes = notes;
    }

    /// <summary>What was left out, in words.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <param name="allBytesMax">Of all pictures together.</param>
    public static PictureBudget Choose(PageRows rows, RowGallery gallery, long allBytesMax, CancellationToken cancellationToken)
    {
        var bytes = MeasureAll(rows, gallery, cancellationToken);
        var isChosen = new bool[bytes.Length];
        var chosenBytes = 0L;
        var tooLargeCount = 0;
        var leftOutCount = 0;
        var completeRank = int.MaxValue;
        foreach (var index in Enumerable.Range(0, bytes.Length).Where(index => bytes[index] > 0).OrderBy(index => rows.Rows[index].BestRank))
        {
            if (bytes[index] > PictureBytesMax)
            {
                tooLargeCount++;
                continue;
            }

            chosenBytes += bytes[index];
            isChosen[index] = chosenBytes <= allBytesMax;
            if (isChosen[index])
                continue;
            leftOutCount++;
            completeRank = Math.Min(completeRank, rows.Rows[index].BestRank - 1);
        }

        var notes = new List<string>();
        if (leftOutCount > 0)
            notes.Add(FormattableString.Invariant($"To keep this page light, pictures are complete up to rank {Math.Max(0, completeRank):N0}; {leftOutCount:N0} of later ranks are left out."));
        if (tooLargeCount > 0)
            notes.Add(FormattableString.Invariant($"{tooLargeCount:N0} pictures of more than {PictureBytesMax >> 20} MiB are left out."));
        return new PictureBudget(isChosen, [.. notes]);
    }

    /// <param name="rowIndex">Of <see cref="PageRows.Rows"/>.</param>
    public bool Has(int rowIndex) => _isChosen[rowIndex];

    private static long[] MeasureAll(PageRows rows, RowGallery gallery, CancellationToken cancellationToken)
    {
        var bytes = new long[rows.Rows.Length];
        foreach (var (fileIndex, start, end) in rows.ByFile())
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = gallery.TryOpen(rows.Files[fileIndex]);
            for (var index = start; file is not null && index < end; index++)
                bytes[index] = file.PictureBytesMax(rows.Rows[index].Row);
        }

        return bytes;
    }
}
