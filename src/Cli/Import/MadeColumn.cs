namespace MirroredInfluence.Cli.Import;

/// <summary>A column that no source holds: made from a row's index and the columns before it.</summary>
internal abstract class MadeColumn(SourceColumn column)
{
    public SourceColumn Column { get; } = column;

    /// <param name="rowIndex">0-based in the sources.</param>
    public abstract void Make(long rowIndex);
}
