namespace MirroredInfluence.Cli.Import;

internal static class ColumnNames
{
    /// <exception cref="MirroredException">Invalid: no such column.</exception>
    public static SourceColumn Find(IReadOnlyList<SourceColumn> columns, string name, string flag)
    {
        if (columns.FirstOrDefault(column => column.Name == name) is { } found)
            return found;

        string[] names = [.. columns.Select(column => column.Name)];
        throw Failure.Invalid($"{flag}: no column '{name}'; expected one of {string.Join(", ", names)}{NearestName.Ending(name, names)}");
    }
}
