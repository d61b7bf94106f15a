using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>Forward passes of one lane over rows in memory, mini-batch after mini-batch and round again.</summary>
internal sealed class ProbePasses
{
    private readonly Lane _lane;
    private readonly nint[] _pointers;   // shape [columns, slots]
    private readonly ulong[] _keys;      // shape [slots]
    private readonly float[] _losses;    // shape [slots]
    private readonly QueryRows _rows;
    private readonly int _columnCount;
    private int _nextRow;

    public ProbePasses(Lane lane, QueryRows rows, int miniBatchRows)
    {
        (_lane, _rows, _columnCount) = (lane, rows, rows.Layout.Columns.Length);
        _pointers = new nint[_columnCount * miniBatchRows];
        _keys = new ulong[rows.Layout.NeedsRowKeys ? miniBatchRows : 0];
        _losses = new float[miniBatchRows];
    }

    /// <summary>Rows a second of a pass, run once to warm up and then for at least <paramref name="duration"/>.</summary>
    public double Measure(TimeProvider time, TimeSpan duration, Action pass, CancellationToken cancellationToken)
    {
        pass();
        var start = time.GetTimestamp();
        var passCount = 0;
        TimeSpan elapsed;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            pass();
            passCount++;
            elapsed = time.GetElapsedTime(start);
        }
        while (elapsed < duration);

        return passCount * _losses.Length / elapsed.TotalSeconds;
    }

    /// <summary>Gathers the next mini-batch and computes its losses.</summary>
    public void Next(WeightSet? weights)
    {
        for (var slot = 0; slot < _losses.Length; slot++)
        {
            var row = _nextRow++ % _rows.RowCount;
            for (var column = 0; column < _columnCount; column++)
                _pointers[(column * _losses.Length) + slot] = _rows.Pointers.Span[(column * _rows.RowCount) + row];
            if (_keys.Length > 0)
                _keys[slot] = _rows.Keys.Span[row];
        }

        _lane.Load(_pointers, _losses.Length, _keys);
        Again(weights);
    }

    /// <summary>Computes the losses of the current mini-batch.</summary>
    public void Again(WeightSet? weights) => _lane.Losses(weights, drawIndex: 0, _losses);
}
