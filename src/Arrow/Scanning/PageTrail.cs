namespace MirroredInfluence.Arrow;

/// <summary>
/// Where a scan is in one mapped buffer. Pages ahead are asked for, pages behind are given back, a window at a time, so that a record
/// batch as large as the file takes no more memory than a small one.
/// </summary>
internal unsafe struct PageTrail
{
    public const long WindowBytes = 4 << 20;

    private byte* _end;
    private byte* _released;               // null until the first rows were read
    private byte* _asked;

    /// <summary>The last address that was used; set by whoever reads the buffer.</summary>
    public byte* Position { get; set; }

    public void Start(BufferView buffer)
    {
        Position = buffer.Pointer;
        _end = buffer.Pointer + buffer.Length;
        _released = null;
    }

    /// <summary>Called between mini-batches: nothing before <see cref="Position"/> is in use.</summary>
    public void Follow(MappedFile file)
    {
        if (_released is null)
        {
            _released = Position;
            _asked = Position;
        }

        if (Position - _released >= WindowBytes)
        {
            file.Release(new BufferView(_released, Position - _released));
            _released = Position;
        }

        if (_asked < Position)
            _asked = Position;
        if (_asked < _end && _asked - Position < WindowBytes)
        {
            var window = Math.Min(WindowBytes, _end - _asked);
            file.Prefetch(new BufferView(_asked, window));
            _asked += window;
        }
    }
}
