namespace MirroredInfluence.Arrow;

/// <summary>Numbers or bools, one per row or a fixed shape per row: <c>[28, 28]</c> is stored as nested fixed-size lists.</summary>
public sealed class TensorColumnWriter : ColumnWriter
{
    /// <param name="shape">Empty for one value per row.</param>
    public TensorColumnWriter(string name, ElementType element, ReadOnlySpan<int> shape = default, bool nullable = false)
    {
    }

    public void Append<T>(T value) where T : unmanaged => throw new NotSupportedException();

    /// <param name="values">Whole rows, C order; <typeparamref name="T"/> is as wide as the element type (bool: one byte each).</param>
    public void AppendRows<T>(ReadOnlySpan<T> values) where T : unmanaged => throw new NotSupportedException();
}
