using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Tests;

/// <summary>Rows x float32 [4] and y int64 in native memory, as a mapped file would hold them.</summary>
internal sealed unsafe class Rows : IDisposable
{
    public const int XElements = 4;
    private const int Alignment = 64;

    private readonly byte* _memory;
    private readonly float* _x;
    private readonly long* _y;

    /// <param name="misalignment">Bytes that x lies behind a multiple of 64.</param>
    public Rows(ReadOnlySpan<float> x, ReadOnlySpan<long> y, int misalignment = 0)
    {
        Count = y.Length;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(misalignment + (x.Length * sizeof(float)) + (y.Length * sizeof(long)) + Alignment), Alignment);
        _y = (long*)_memory;
        var yBytes = ((y.Length * sizeof(long)) + Alignment - 1) / Alignment * Alignment;
        _x = (float*)(_memory + yBytes + misalignment);
        y.CopyTo(new Span<long>(_y, y.Length));
        x.CopyTo(new Span<float>(_x, x.Length));
    }

    public int Count { get; }

    public ulong[] Keys => [.. Enumerable.Range(0, Count).Select(row => (ulong)row)];

    /// <summary>Deterministic rows without a pattern.</summary>
    public static Rows Make(int count, int misalignment = 0)
    {
        var x = Enumerable.Range(0, count * XElements).Select(index => MathF.Sin((index * 1.7f) + 0.3f)).ToArray();
        return new Rows(x, [.. Enumerable.Range(0, count).Select(row => (long)(row % 3))], misalignment);
    }

    /// <summary>[columns × rows], of rows [start, start + count); x alone, or x and y.</summary>
    public nint[] Pointers(int columnCount = 2, int start = 0, int count = -1)
    {
        var rows = Enumerable.Range(start, count < 0 ? Count : count);
        var x = rows.Select(row => (nint)(_x + (row * XElements)));
        return columnCount == 1 ? [.. x] : [.. x, .. rows.Select(row => (nint)(_y + row))];
    }

    public AscentBatch ToBatch(ArgumentLayout layout) =>
        new() { Layout = layout, RowCount = Count, RowPointers = Pointers(layout.Columns.Length), RowKeys = Keys };

    public float[] Losses(Lane lane, WeightSet? weights = null, int columnCount = 2, int drawIndex = 0)
    {
        var losses = new float[Count];
        lane.Load(Pointers(columnCount), Count, Keys);
        lane.Losses(weights, drawIndex, losses);
        return losses;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
