namespace MirroredInfluence.Report;

/// <summary>A test or training row that the page shows.</summary>
/// <param name="FileIndex">In <see cref="PageRows.Files"/>.</param>
/// <param name="Row">0-based in its file.</param>
/// <param name="BestRank">The best rank it has in any query; 0 for a test row.</param>
internal readonly record struct PageRow(int FileIndex, long Row, RowValue Id, int BestRank)
{
    public bool IsTestRow => BestRank == 0;
}
