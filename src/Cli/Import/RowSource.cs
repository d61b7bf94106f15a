namespace MirroredInfluence.Cli.Import;

/// <summary>A file that is read forward, row by row, in memory that does not grow with the file.</summary>
internal abstract class RowSource
{
    /// <summary>The file, and the member of it if any, as messages name it.</summary>
    public abstract string Name { get; }

    public abstract IReadOnlyList<SourceColumn> Columns { get; }

    public abstract long RowCount { get; }

    /// <summary>Reads the next row into the columns. Never called more than <see cref="RowCount"/> times.</summary>
    public abstract void ReadRow();

    /// <summary>Passes over rows without reading their values.</summary>
    public abstract void SkipRows(long rowCount);
}
