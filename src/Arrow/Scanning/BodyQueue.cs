namespace MirroredInfluence.Arrow;

/// <summary>
/// The record batches of one scan, in order: stored bodies are pointed at and their pages asked for ahead, compressed ones are decoded
/// one ahead on another thread. Bodies come back when their rows are behind the scan, and are used again.
/// Invariant: at most one decode runs, and only it uses the decoders.
/// </summary>
internal sealed class BodyQueue : IDisposable
{
    private readonly MappedFile _file;
    private readonly IReadOnlyList<RecordBatch> _batches;
    private readonly FieldLayout[] _fields;
    private readonly long _rowEnd;
    private readonly Dictionary<BodyCompression, BodyDecoder?> _decoders = [];
    private readonly Stack<BatchBody> _free = new();
    private Task<BatchBody>? _ahead;
    private int _next;
    private int _prefetched;
    private long _prefetchedBytes;

    /// <param name="rowEnd">Exclusive; record batches from there on are not touched.</param>
    public BodyQueue(MappedFile file, IReadOnlyList<RecordBatch> batches, FieldLayout[] fields, long rowStart, long rowEnd)
    {
        _file = file;
        _batches = batches;
        _fields = fields;
        _rowEnd = rowEnd;
        _next = RecordBatches.IndexOf(batches, rowStart);
        _prefetched = _next + 1;
        for (var index = _next; HasRows(index); index++)
        {
            if (!_decoders.ContainsKey(batches[index].Compression))
                _decoders.Add(batches[index].Compression, BodyDecoder.For(batches[index].Compression));
        }
    }

    /// <summary>The next record batch that has rows.</summary>
    public BatchBody Take()
    {
        var body = _ahead is null ? Load(_next) : _ahead.GetAwaiter().GetResult();
        _ahead = null;
        _next = NextWithRows(_next);
        if (HasRows(_next) && _batches[_next].Compression != BodyCompression.None)
        {
            var index = _next;
            _ahead = Task.Run(() => Load(index));
        }

        PrefetchAhead(body.Batch!);
        return body;
    }

    /// <summary>Its rows are behind the scan.</summary>
    public void GiveBack(BatchBody body)
    {
        body.Unload();
        lock (_free)
            _free.Push(body);
    }

    public void Dispose()
    {
        if (_ahead is not null)
            Task.WaitAny(_ahead);
        foreach (var decoder in _decoders.Values)
            decoder?.Dispose();
    }

    private bool HasRows(int index) => index < _batches.Count && _batches[index].RowStart < _rowEnd;

    private int NextWithRows(int index)
    {
        do
            index++;
        while (HasRows(index) && _batches[index].RowCount == 0);
        return index;
    }

    private BatchBody Load(int index)
    {
        BatchBody? body;
        lock (_free)
            _ = _free.TryPop(out body);
        body ??= new BatchBody(_file, _fields);
        var batch = _batches[index];
        body.Load(batch, _decoders[batch.Compression]);
        return body;
    }

    private void PrefetchAhead(RecordBatch current)
    {
        _prefetchedBytes = Math.Max(0, _prefetchedBytes - current.BodyBytes);
        for (; HasRows(_prefetched) && (_prefetched <= _next || _prefetchedBytes < _file.ReadAheadBytes); _prefetched++)
            _prefetchedBytes += BatchBody.Prefetch(_file, _fields, _batches[_prefetched], _file.ReadAheadBytes);
    }
}
