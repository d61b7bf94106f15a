namespace MirroredInfluence.Cli.Import;

internal static class ColumnNames
{
    /// <exception cref="MirroredException">Invalid: no such column.</exception>
    public static SourceColumn Find(IReadOnlyList<SourceColumn> columns, string name, string flag) =>
        columns.FirstOrDefault(column => column.Name == name)
        ?? throw Failure.Invalid($"{flag}: no column '{name}'; it is {NearestName.Choices(name, columns.Select(column => column.Name))}.");
}
