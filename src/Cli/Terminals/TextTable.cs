namespace MirroredInfluence.Cli;

/// <summary>Columns as wide as their widest cell: the first to the left, numbers to the right.</summary>
internal static class TextTable
{
    /// <param name="rows">Each as long as the header.</param>
    public static void Write(TextWriter output, IReadOnlyList<string> header, IReadOnlyCollection<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. header.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max())];
        WriteRow(output, header, widths);
        foreach (var row in rows)
            WriteRow(output, row, widths);
    }

    private static void WriteRow(TextWriter output, IReadOnlyList<string> cells, int[] widths)
    {
        var line = "  " + string.Join("  ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));
        output.WriteLine(line.TrimEnd());
    }
}
