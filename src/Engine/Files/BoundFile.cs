using System.Collections.Immutable;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>An open Arrow file with its columns bound to the model's arguments.</summary>
internal sealed class BoundFile : IDisposable
{
    private BoundFile(
        ArrowFile file, string? version, ImmutableArray<ColumnBinding> columns, ArgumentLayout layout, ValueColumn? id, ValueColumn? group) =>
        (File, Version, Columns, Layout, Id, Group) = (file, version, columns, layout, id, group);

    public ArrowFile File { get; }

    /// <summary>As <see cref="DataFiles.VersionOf"/>.</summary>
    public string? Version { get; }

    /// <summary>In the order of <see cref="ArgumentLayout.Columns"/>.</summary>
    public ImmutableArray<ColumnBinding> Columns { get; }

    /// <summary>The run's layout, with the types that this file stores (docs/decisions/0015).</summary>
    public ArgumentLayout Layout { get; }

    public ValueColumn? Id { get; }

    public ValueColumn? Group { get; }

    /// <exception cref="MirroredException">
    /// Invalid: a column is missing, has another shape than in the first training file, or a type that the argument cannot hold.
    /// </exception>
    public static BoundFile Open(DataFiles data, string uri, ArgumentLayout layout, string? id, string? group)
    {
        var file = data.Open(uri);
        try
        {
            var columns = layout.Columns.Select(argument => Bind(file, argument)).ToImmutableArray();
            return new BoundFile(
                file, data.VersionOf(uri), columns, StoredAs(file, columns, layout), id is null ? null : BindId(file, id), group is null ? null : file.BindValue(group));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The row's id; null without an id column, and where it cannot be read.</summary>
    public RowValue IdOf(long row) => Id is { } column && column.TryGet(row, out var value) ? value : RowValue.Null;

    /// <summary>Name of the row's group; null without a group column, where the value is null, and where it cannot be read.</summary>
    public string? GroupOf(long row) => Group is { } column && column.TryGet(row, out var value) && !value.IsNull ? value.ToString() : null;

    public bool IsReadable(long row)
    {
        using var scan = new RowScan(File, Columns, row, row + 1, miniBatchRows: 1);
        return scan.MoveNext() && scan.Reasons[0] == UnscorableReason.None;
    }

    public void Dispose() => File.Dispose();

    private static ColumnBinding Bind(ArrowFile file, ColumnArgument argument)
    {
        var binding = ArgumentBinder.BindColumn(file, argument.Name, argument.Column, argument.StoredDtype, argument.Shape);
        if (binding.Shape.SequenceEqual(argument.Shape))
            return binding;

        throw Failure.Invalid(
            $"{file.Path}: rows of column '{argument.Column}' have shape [{string.Join(", ", binding.Shape)}]; "
            + $"expected [{string.Join(", ", argument.Shape)}] as in the first training file. Convert this file or leave it out.");
    }

    private static ArgumentLayout StoredAs(ArrowFile file, ImmutableArray<ColumnBinding> columns, ArgumentLayout layout)
    {
        try
        {
            return layout.StoredAs(columns.Select(column => column.StoredDtype));
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Invalid($"{file.Path}: {exception.Message} Convert the column in this file, or leave the file out.", exception);
        }
    }

    /// <summary>Binds a column that names rows.</summary>
    public static ValueColumn BindId(ArrowFile file, string column)
    {
        var id = file.BindValue(column);
        if (file.RowCount > 0 && id.TryGet(0, out var first) && first.Kind is RowValueKind.Real or RowValueKind.Boolean)
        {
            throw Failure.Invalid(
                $"{file.Path}: id column '{column}' holds {first.Kind} values such as {first}; expected integers, texts or bytes. "
                + "Name another column in train.id or test.id.");
        }

        return id;
    }
}
