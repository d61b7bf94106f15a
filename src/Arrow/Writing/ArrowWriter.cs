namespace MirroredInfluence.Arrow;

/// <summary>
/// Writes an IPC file or stream, one record batch at a time: append rows to the columns, then <see cref="WriteBatch"/>.
/// The same rows give the same bytes. Without <see cref="Complete"/> a file has no footer and is refused by every reader.
/// </summary>
public sealed class ArrowWriter
{
    /// <param name="destination">Stays open; never sought in.</param>
    public ArrowWriter(
        Stream destination,
        IReadOnlyList<ColumnWriter> columns,
        ArrowFormat format = ArrowFormat.File,
        BodyCompression compression = BodyCompression.None,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
    }

    /// <summary>Writes the appended rows as one record batch and empties the columns.</summary>
    public void WriteBatch() => throw new NotSupportedException();

    /// <summary>Writes appended rows, if any, and the end of the file or stream.</summary>
    public void Complete() => throw new NotSupportedException();
}
