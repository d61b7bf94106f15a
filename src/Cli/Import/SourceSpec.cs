namespace MirroredInfluence.Cli.Import;

/// <summary>A source as it is typed: <c>[column=]file[:member]</c>.</summary>
/// <param name="ColumnName">What to call the column; null keeps the source's own names.</param>
/// <param name="Member">An array of an npz, or columns of a CSV, by glob; null takes all.</param>
internal sealed record SourceSpec(string? ColumnName, string Path, string? Member)
{
    public static SourceSpec Parse(string text)
    {
        var equals = File.Exists(text) ? -1 : text.IndexOf('=');
        var columnName = equals > 0 ? text[..equals] : null;
        var path = text[(equals + 1)..];

        var colon = File.Exists(path) ? -1 : path.LastIndexOf(':');
        return colon > 0 ? new SourceSpec(columnName, path[..colon], path[(colon + 1)..]) : new SourceSpec(columnName, path, null);
    }
}
