namespace MirroredInfluence.Arrow;

/// <summary>
/// Metadata of a file that is elsewhere, which lies scattered between its bodies: read a window at a time, with the windows that will be wanted on
/// their way. Used by one thread.
/// </summary>
internal sealed class MetadataWindows(IPiecedContent content)
{
    private const int WindowBytes = 64 << 10;
    private const int WindowsMax = 64;

    private readonly Dictionary<long, Task<byte[]>> _windows = [];
    private readonly Queue<long> _order = new();

    /// <summary>Asks for the window at an offset, wherever that is.</summary>
    public void Expect(long offset)
    {
        if (offset >= 0 && offset < content.Length)
            _ = Window(offset / WindowBytes);
    }

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var window = Window(offset / WindowBytes).GetAwaiter().GetResult().AsSpan((int)(offset % WindowBytes));
            var count = Math.Min(window.Length, destination.Length);
            window[..count].CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    private Task<byte[]> Window(long index)
    {
        if (_windows.TryGetValue(index, out var known))
            return known;
        if (_order.Count == WindowsMax)
            _windows.Remove(_order.Dequeue());
        _order.Enqueue(index);
        return _windows[index] = ReadAsync(index * WindowBytes);
    }

    private async Task<byte[]> ReadAsync(long offset)
    {
        var bytes = new byte[Math.Min(WindowBytes, content.Length - offset)];
        await content.ReadAsync(offset, bytes).ConfigureAwait(false);
        return bytes;
    }
}
