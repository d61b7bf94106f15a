using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>losses/&lt;shard&gt;.arrow: a row per training row, with a loss difference per query.</summary>
internal static class LossFile
{
    private const int RecordBatchRows = 1024;   // bounds what the writer holds beside the losses themselves

    public static void Write(Stream stream, ShardLosses losses, string run)
    {
        var queryCount = losses.Queries.Length;
        var trainRow = new TensorColumnWriter("trainRow", ElementType.Int64);
        var baseLoss = new TensorColumnWriter("baseLoss", ElementType.Float32);
        var lossDifference = new TensorColumnWriter("lossDifference", ElementType.Float32, [queryCount]);
        var header = FileHeader.ToJson(new LossHeader(FileHeader.FormatVersion, run, losses.ShardIndex, [.. losses.Queries]));
        var writer = new ArrowWriter(stream, [trainRow, baseLoss, lossDifference], metadata: FileHeader.Metadata(header));
        for (var start = 0; start < losses.BaseLoss.Length; start += RecordBatchRows)
        {
            var end = Math.Min(start + RecordBatchRows, losses.BaseLoss.Length);
            for (var row = start; row < end; row++)
                trainRow.Append(losses.TrainRowStart + row);
            baseLoss.AppendRows<float>(losses.BaseLoss.AsSpan(start..end));
            lossDifference.AppendRows<float>(losses.LossDifference.AsSpan((start * queryCount)..(end * queryCount)));
            writer.WriteBatch();
        }

        writer.Complete();
    }

    private sealed record LossHeader(int FormatVersion, string Run, int ShardIndex, string[] Queries) : IFileHeader;
}
