using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>
/// The buffers of some fields in one record batch: pointed at in the map, or decoded into memory of its own, which is used again for the
/// next record batch that is loaded. Views are valid until <see cref="Unload"/> while the map is held.
/// </summary>
internal sealed unsafe class BatchBody
{
    /// <summary>Of one decoded buffer.</summary>
    public const int DecodedBytesMax = 1 << 30;

    /// <summary>Zstd's densest block makes 2¹⁷ bytes out of 4.</summary>
    private const long DecodedBytesPerByteMax = 1 << 15;

    private readonly MappedFile _file;
    private readonly FieldLayout[] _fields;
    private readonly int[] _firstViews;     // of each field in the views
    private readonly BufferView[] _views;
    private readonly byte[][] _decoded;     // pinned, one for each view
    private bool _isHeld;

    public BatchBody(MappedFile file, FieldLayout[] fields)
    {
        _file = file;
        _fields = fields;
        _firstViews = new int[fields.Length];
        var viewCount = 0;
        for (var fieldIndex = 0; fieldIndex < fields.Length; fieldIndex++)
        {
            _firstViews[fieldIndex] = viewCount;
            viewCount += fields[fieldIndex].Buffers.Length;
        }

        _views = new BufferView[viewCount];
        _decoded = new byte[viewCount][];
        Array.Fill(_decoded, []);
    }

    public RecordBatch? Batch { get; private set; }

    /// <summary>Why the body could not be decoded, or null.</summary>
    public string? Problem { get; private set; }

    /// <param name="buffer">0-based within the field: validity, then offsets or values.</param>
    public BufferView View(int fieldIndex, int buffer) => _views[_firstViews[fieldIndex] + buffer];

    public FieldNode Node(int fieldIndex) => Batch!.Nodes[_fields[fieldIndex].NodeIndex];

    /// <summary>Asks for the stored pages, at most <paramref name="bufferBytesMax"/> of each buffer.</summary>
    /// <returns>Bytes asked for.</returns>
    public static long Prefetch(MappedFile file, FieldLayout[] fields, RecordBatch batch, long bufferBytesMax)
    {
        var askedBytes = 0L;
        foreach (var range in Stored(fields, batch))
        {
            var length = Math.Min(range.Length, bufferBytesMax);
            file.Prefetch(file.View(range.Offset, length));
            askedBytes += length;
        }

        return askedBytes;
    }

    /// <summary>Waits for what is not here yet.</summary>
    /// <param name="decoder">Of the record batch's compression.</param>
    public void Load(RecordBatch batch, BodyDecoder? decoder)
    {
        Unload();
        Batch = batch;
        Problem = null;
        HoldStored();
        for (var fieldIndex = 0; fieldIndex < _fields.Length && Problem is null; fieldIndex++)
        {
            var field = _fields[fieldIndex];
            var firstBuffer = field.BufferIndexIn(batch);
            for (var buffer = 0; buffer < field.Buffers.Length && Problem is null; buffer++)
            {
                var range = batch.Buffers[firstBuffer + buffer];
                var stored = _file.View(range.Offset, range.Length);
                ref var view = ref _views[_firstViews[fieldIndex] + buffer];
                view = stored;
                if (decoder is null)
                    continue;
                Problem = Decode(decoder, stored, ref _decoded[_firstViews[fieldIndex] + buffer], out view)
                    ?? Shortage(field.Buffers[buffer].RequiredBytes(batch.Nodes[field.NodeIndex]), view.Length);
                if (Problem is not null)
                    Problem = $"column '{field.Path}': {Problem}";
            }
        }

        if (decoder is not null)
            Unload();
    }

    /// <summary>Gives back the stored bytes; what was decoded stays.</summary>
    public void Unload()
    {
        if (!_isHeld)
            return;
        _isHeld = false;
        _file.Release(Batch!.Message);
        foreach (var range in Stored(_fields, Batch))
            _file.LetGo(range);
    }

    private static IEnumerable<BufferRange> Stored(FieldLayout[] fields, RecordBatch batch) => fields.SelectMany(field =>
    {
        var first = field.BufferIndexIn(batch);
        return batch.Buffers[first..(first + field.Buffers.Length)];
    });

    private void HoldStored()
    {
        foreach (var range in Stored(_fields, Batch!))
            _file.Expect(range);
        var heldCount = 0;
        try
        {
            foreach (var range in Stored(_fields, Batch!))
            {
                _file.Hold(range);
                heldCount++;
            }

            _isHeld = true;
        }
        catch
        {
            foreach (var range in Stored(_fields, Batch!).Take(heldCount))
                _file.LetGo(range);
            throw;
        }
    }

    private static string? Decode(BodyDecoder decoder, BufferView stored, ref byte[] target, out BufferView view)
    {
        const int prefixBytes = 8;     // decoded length, or -1 when it did not pay to compress
        view = default;
        if (stored.Length == 0)
            return null;
        if (stored.Length < prefixBytes)
            return $"a compressed buffer of {stored.Length} bytes has no room for its length";
        var length = BinaryPrimitives.ReadInt64LittleEndian(stored.Slice(0, prefixBytes));
        var payload = new BufferView(stored.Pointer + prefixBytes, stored.Length - prefixBytes);
        // Arrow Java writes 0 for an empty buffer.
        if (length == 0)
            return null;
        if (length == -1)
        {
            view = payload;
            return null;
        }

        if (length < 0 || length > DecodedBytesMax || length / DecodedBytesPerByteMax > payload.Length)
            return $"a compressed buffer of {payload.Length:N0} bytes claims to hold {length:N0}; {DecodedBytesMax:N0} may be";
        if (target.Length < length)
            target = GC.AllocateUninitializedArray<byte>((int)Math.Min(DecodedBytesMax, length + (length / 8)), pinned: true);
        if (!decoder.TryDecode(payload, target.AsSpan(0, (int)length)))
            return $"a compressed buffer of {payload.Length:N0} bytes does not decode to the {length:N0} it claims";
        view = new BufferView((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(target, 0), length);
        return null;
    }

    private static string? Shortage(Int128 requiredBytes, long foundBytes) =>
        foundBytes < requiredBytes ? $"a buffer holds {foundBytes:N0} bytes; the record batch needs {requiredBytes:N0}" : null;
}
