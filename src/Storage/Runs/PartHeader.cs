namespace MirroredInfluence.Storage;

/// <summary>What a part says of its shard as a whole.</summary>
/// <param name="TrainRowStart">Index of the shard's first row in the whole training set.</param>
/// <param name="Unscorable">Rows by reason.</param>
/// <param name="UnscorableRows">The first of them.</param>
/// <param name="Groups">Names, in the order of the columns <c>groupRowCount</c> and <c>groupSum</c>.</param>
/// <param name="Digest">SHA-256 of the header with an empty digest and of every column's values.</param>
internal sealed record PartHeader(
    int FormatVersion,
    string Run,
    int ShardIndex,
    string FileDigest,
    long RowStart,
    int RowCount,
    long TrainRowStart,
    SortedDictionary<string, long> Unscorable,
    PartHeader.UnscorableEntry[] UnscorableRows,
    string[] Groups,
    string Digest) : IFileHeader
{
    /// <param name="Id">As <see cref="RowValueBytes"/> writes it.</param>
    public sealed record UnscorableEntry(long TrainRow, string Reason, byte[] Id);
}
