using System.Runtime.InteropServices;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Losses of the images of <see cref="Images"/> from arrays in memory: no Arrow, no plan, no shards.</summary>
internal static class PlainLoop
{
    public static unsafe float[] Losses(BaseModel model, WeightSet? weights, int rowCount, int miniBatchRows)
    {
        var layout = ArgumentLayout.Bind(model.Signature,
        [
            new ColumnArgument { Name = "image", Column = "image", StoredDtype = ElementType.Float32, Dtype = ElementType.Float32, Shape = [1, 4, 4] },
            new ColumnArgument { Name = "label", Column = "label", StoredDtype = ElementType.Int64, Dtype = ElementType.Int64, Shape = [] },
        ]);
        using var lane = model.CreateLane(layout, threads: 1);
        var images = GCHandle.Alloc(Enumerable.Range(0, rowCount).SelectMany(Images.Pixels).ToArray(), GCHandleType.Pinned);
        var labels = GCHandle.Alloc(Enumerable.Range(0, rowCount).Select(Images.Label).ToArray(), GCHandleType.Pinned);
        var losses = new float[rowCount];
        for (var start = 0; start < rowCount; start += miniBatchRows)
        {
            // The last mini-batch is filled up with its first row.
            int[] rows = [.. Enumerable.Range(start, miniBatchRows).Select(row => row < rowCount ? row : start)];
            lane.Load(
                [
                    .. rows.Select(row => images.AddrOfPinnedObject() + (row * 16 * sizeof(float))),
                    .. rows.Select(row => labels.AddrOfPinnedObject() + (row * sizeof(long))),
                ],
                miniBatchRows,
                []);
            var ofMiniBatch = new float[miniBatchRows];
            lane.Losses(weights, 0, ofMiniBatch);
            ofMiniBatch.AsSpan(0, Math.Min(miniBatchRows, rowCount - start)).CopyTo(losses.AsSpan(start));
        }

        images.Free();
        labels.Free();
        return losses;
    }
}
