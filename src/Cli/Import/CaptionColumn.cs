using System.Text;

namespace MirroredInfluence.Cli.Import;

/// <summary>The name of a row's label: labels are 0-based places in a list of names.</summary>
internal sealed class CaptionColumn : MadeColumn
{
    private const string ColumnName = "caption";

    private readonly SourceColumn _label;
    private readonly string[] _names;

    private CaptionColumn(SourceColumn label, string[] names)
        : base(new SourceColumn(ColumnName, dtype: null, [])) => (_label, _names) = (label, names);

    /// <param name="text"><c>label=names.txt</c>, a name a line, or <c>label=Shirt,Coat,…</c></param>
    public static CaptionColumn Parse(string text, IReadOnlyList<SourceColumn> columns)
    {
        if (text.Split('=', 2) is not [var labelName, var names])
            throw Failure.Invalid($"--caption {text}: expected COLUMN=FILE or COLUMN=NAME,NAME,…");
        var label = ColumnNames.Find(columns, labelName, "--caption");
        if (!label.IsIntegerScalar)
            throw Failure.Invalid($"--caption: column '{labelName}' does not hold integers, one a row, so it cannot count names.");
        return new CaptionColumn(label, File.Exists(names) ? File.ReadAllLines(names) : names.Split(','));
    }

    public override void Make(long rowIndex)
    {
        if (_label.IsNull)
        {
            Column.SetValue([]);
            return;
        }

        var label = _label.FormatValue();
        if (!int.TryParse(label, out var index) || index < 0 || index >= _names.Length)
            throw Failure.Data($"row {rowIndex:N0}: {_label.Name} is {label}, but --caption lists {_names.Length} names: 0 to {_names.Length - 1}.");
        Column.SetValue(Encoding.UTF8.GetBytes(_names[index]));
    }
}
