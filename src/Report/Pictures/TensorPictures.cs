using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>Raw tensors, drawn as PNG.</summary>
internal sealed class TensorPictures(ArrowFile file, ColumnBinding binding, PictureLayout layout) : PictureColumn
{
    private const int MiniBatchRows = 256;

    public bool LooksLikePictures => layout.LooksLikePicture;

    public override long BytesMax(long row) => TensorPicture.BytesMax(layout);

    /// <summary>Scans each record batch that holds one of the rows once, since its body may be compressed.</summary>
    public override IEnumerable<byte[]?> Read(IReadOnlyList<long> rows)
    {
        var batches = file.RecordBatches;
        var batchIndex = 0;
        for (var next = 0; next < rows.Count;)
        {
            while (rows[next] >= batches[batchIndex].RowStart + batches[batchIndex].RowCount)
                batchIndex++;
            var batchEnd = batches[batchIndex].RowStart + batches[batchIndex].RowCount;
            var end = next;
            while (end < rows.Count && rows[end] < batchEnd)
                end++;
            using var scan = new RowScan(file, [binding], rows[next], rows[end - 1] + 1, MiniBatchRows);
            while (scan.MoveNext())
            {
                for (; next < end && rows[next] < scan.RowStart + scan.RowCount; next++)
                    yield return Draw(scan.RowPointers(0)[(int)(rows[next] - scan.RowStart)]);
            }
        }
    }

    private unsafe byte[]? Draw(nint row) =>
        row == 0 ? null : TensorPicture.Draw(layout, new ReadOnlySpan<byte>((void*)row, binding.RowBytes));
}
