using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>How every argument of <c>forward</c> is made. Bound once, then only row pointers change from mini-batch to mini-batch.</summary>
public sealed class ArgumentLayout
{
    private ArgumentLayout(ImmutableArray<ArgumentSource> sources, ulong seed)
    {
        Sources = sources;
        Columns = [.. sources.OfType<ColumnArgument>()];
        Seed = seed;
    }

    /// <summary>In the order of <c>forward</c>'s arguments.</summary>
    public ImmutableArray<ArgumentSource> Sources { get; }

    /// <summary>The sources that are columns, in the same order: the order of row pointers.</summary>
    public ImmutableArray<ColumnArgument> Columns { get; }

    /// <summary>Seeds all engine-made values.</summary>
    public ulong Seed { get; }

    /// <summary>Row keys are needed: an argument is noise or a timestep.</summary>
    public bool NeedsRowKeys => Columns.Length < Sources.Length;

    /// <exception cref="MirroredException">
    /// Invalid: an argument without a source, a source without an argument, another dtype or shape than the archive declares, or a conversion
    /// that could lose values.
    /// </exception>
    public static ArgumentLayout Bind(ModelSignature signature, IReadOnlyCollection<ArgumentSource> sources, ulong seed = 0)
    {
        var byName = new Dictionary<string, ArgumentSource>();
        foreach (var source in sources)
        {
            if (signature.Arguments.All(argument => argument.Name != source.Name))
                throw Failure.Invalid($"The model has no argument '{source.Name}'; its forward takes {NamesOf(signature)}.");
            if (!byName.TryAdd(source.Name, source))
                throw Failure.Invalid($"Argument '{source.Name}' is bound twice.");
        }

        var ordered = ImmutableArray.CreateBuilder<ArgumentSource>(signature.Arguments.Length);
        foreach (var argument in signature.Arguments)
        {
            if (!byName.TryGetValue(argument.Name, out var source))
                throw Failure.Invalid($"Argument '{argument.Name}' of forward is bound to no column; forward takes {NamesOf(signature)}.");
            Check(argument, source);
            ordered.Add(source);
        }

        return new ArgumentLayout(ordered.MoveToImmutable(), seed);
    }

    /// <summary>The same arguments from columns of a file that stores them in other types.</summary>
    /// <param name="storedDtypes">In the order of <see cref="Columns"/>.</param>
    /// <exception cref="MirroredException">Invalid: a conversion that could lose values.</exception>
    public ArgumentLayout StoredAs(IEnumerable<ElementType> storedDtypes)
    {
        var columns = Columns.Zip(storedDtypes, (column, stored) => column with { StoredDtype = stored }).ToDictionary(column => column.Name);
        foreach (var column in columns.Values)
            CheckConversion(column);
        var stored = new ArgumentLayout([.. Sources.Select(source => columns.GetValueOrDefault(source.Name) ?? source)], Seed);
        return StoresAs(stored) ? this : stored;
    }

    /// <summary>Another file's layout of the same arguments is this one: a lane for the one takes rows of the other.</summary>
    public bool StoresAs(ArgumentLayout other) =>
        Columns.Select(column => column.StoredDtype).SequenceEqual(other.Columns.Select(column => column.StoredDtype));

    /// <summary>For messages: "image = column 'pixels' (uint8 [784] → float32 [1,28,28])".</summary>
    public override string ToString() => string.Join(", ", Sources.Select(Describe));

    private static void Check(ModelArgument argument, ArgumentSource source)
    {
        if (argument.Dtype is { } dtype && dtype != source.ReceivedDtype)
        {
            throw Failure.Invalid(
                $"Argument '{argument.Name}' is {dtype.Name()} in the model's archive; {Describe(source)} gives it {source.ReceivedDtype.Name()}.");
        }

        if (argument.Shape is { } shape && !shape.SequenceEqual(source.RowShape))
        {
            throw Failure.Invalid(
                $"Argument '{argument.Name}' has rows of shape {ShapeText(shape)} in the model's archive; {Describe(source)} gives it {ShapeText(source.RowShape)}.");
        }

        foreach (var size in source.RowShape)
        {
            if (size < 1)
                throw Failure.Invalid($"Argument '{argument.Name}' has rows of shape {ShapeText(source.RowShape)}; every dimension must be 1 or more.");
        }

        if (source is ColumnArgument column)
            CheckConversion(column);
    }

    private static void CheckConversion(ColumnArgument column)
    {
        if (column.Dtype is ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64)
        {
            throw Failure.Invalid(
                $"Argument '{column.Name}' cannot be {column.Dtype.Name()}: libtorch has no such tensors. Use a wider integer or float32 in the model.");
        }

        if (column.Dtype.IsFloat())
            return;
        if (column.StoredDtype.IsFloat() || !Holds(column.Dtype, column.StoredDtype))
        {
            throw Failure.Invalid(
                $"Argument '{column.Name}' is {column.Dtype.Name()}; column '{column.Column}' is {column.StoredDtype.Name()}, whose values it cannot all hold.");
        }

        if (column.Scale != 1 || column.Offset != 0)
        {
            throw Failure.Invalid(
                $"Argument '{column.Name}' is {column.Dtype.Name()}; scale {column.Scale} and offset {column.Offset} need a floating-point argument.");
        }
    }

    /// <summary>Every value of one integer type (or bool) is a value of the other.</summary>
    private static bool Holds(ElementType target, ElementType stored)
    {
        if (target == stored)
            return true;
        if (target == ElementType.Bool || (IsSigned(stored) && !IsSigned(target)))
            return false;
        return stored == ElementType.Bool
            || target.SizeBytes() > stored.SizeBytes();
    }

    private static bool IsSigned(ElementType type) => type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64;

    private static string Describe(ArgumentSource source) => source switch
    {
        ColumnArgument column =>
            $"{column.Name} = column '{column.Column}' ({column.StoredDtype.Name()} → {column.Dtype.Name()} {ShapeText(column.Shape)})",
        NoiseArgument => $"{source.Name} = noise ({ShapeText(source.RowShape)})",
        _ => $"{source.Name} = timestep",
    };

    private static string ShapeText(ImmutableArray<int> shape) => $"[{string.Join(',', shape)}]";

    private static string NamesOf(ModelSignature signature) => string.Join(", ", signature.Arguments.Select(argument => argument.Name));
}
