using System.Text;

namespace MirroredInfluence.Cli.Import;

/// <summary>Text made from other columns of the row: <c>query=leak-{id}</c>.</summary>
internal sealed class TextColumn : MadeColumn
{
    private readonly List<(string Literal, SourceColumn? Column)> _pieces;

    private TextColumn(string name, List<(string Literal, SourceColumn? Column)> pieces)
        : base(new SourceColumn(name, dtype: null, [])) => _pieces = pieces;

    public static TextColumn Parse(string text, IReadOnlyList<SourceColumn> columns)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } name, var template])
            throw Failure.Invalid($"--text {text}: expected NAME=TEMPLATE, such as query=leak-{{id}}.");

        var pieces = new List<(string, SourceColumn?)>();
        var start = 0;
        while (template.IndexOf('{', start) is var open and >= 0)
        {
            var close = template.IndexOf('}', open);
            if (close < 0)
                throw Failure.Invalid($"--text {text}: '{{' is never closed.");
            var column = ColumnNames.Find(columns, template[(open + 1)..close], "--text");
            if (!column.Shape.IsEmpty)
                throw Failure.Invalid($"--text {text}: column '{column.Name}' holds a [{string.Join(", ", column.Shape)}] array a row, which is no text.");
            pieces.Add((template[start..open], column));
            start = close + 1;
        }

        pieces.Add((template[start..], null));
        return new TextColumn(name, pieces);
    }

    public override void Make(long rowIndex)
    {
        var text = new StringBuilder();
        foreach (var (literal, column) in _pieces)
            text.Append(literal).Append(column?.FormatValue());
        Column.SetValue(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
